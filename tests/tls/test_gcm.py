# SPDX-License-Identifier: MIT
"""The multiplication of port/tls/gcm_words.h in mbedtls's gcm.c, by mbedtls's own vectors, on this machine under sanitizers."""

import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MBEDTLS = ROOT / "build" / "mbedtls-3.6.6"
FIRMWARE = ROOT / "build" / "firmware" / "net-tls"
CONFIG = """
#define MBEDTLS_SELF_TEST
#define MBEDTLS_AES_C
#define MBEDTLS_AES_ROM_TABLES
#define MBEDTLS_AES_FEWER_TABLES
#define MBEDTLS_CIPHER_C
#define MBEDTLS_GCM_C
"""
MAIN = """
#include "mbedtls/gcm.h"
int main(void) { return mbedtls_gcm_self_test(1); }
"""
PARTS = ("aes", "cipher", "cipher_wrap", "constant_time", "platform_util")


class Gcm(unittest.TestCase):
    def test_vectors(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "config.h").write_text(CONFIG)
            (folder / "main.c").write_text(MAIN)
            command = ["gcc", "-g", "-O1", "-fsanitize=address,undefined"]
            command += ["-fno-sanitize-recover=all", '-DMBEDTLS_CONFIG_FILE="config.h"']
            command += [f"-I{path}" for path in (folder, MBEDTLS / "include", MBEDTLS / "library")]
            command += [MBEDTLS / "library" / f"{part}.c" for part in PARTS]
            command += [folder / "main.c", "-include", ROOT / "port" / "tls" / "gcm_words.h"]
            command += [FIRMWARE / "tls" / "gcm.c", "-o", folder / "test"]
            subprocess.run(command, check=True)
            done = subprocess.run([folder / "test"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertGreater(done.stdout.count("passed"), 30)
        self.assertNotIn("failed", done.stdout)


if __name__ == "__main__":
    unittest.main()
