# SPDX-License-Identifier: MIT
"""soc.mk: the compiler's flags."""

import os
import subprocess

from soc import emit_build, litex_output
from tests.soc.case import TOP, GenerateTest


class CompilerFlagsTest(GenerateTest):
    """soc.mk."""

    def test_march(self):
        """What each of LiteX's spellings becomes."""
        for flags, expected in {
            "-march=rv32i2p0       -mabi=ilp32 -D__vexriscv__": "rv32i",
            "-march=rv32i2p0_m     -mabi=ilp32": "rv32im",
            "-march=rv32i2p0_mac   -mabi=ilp32": "rv32imac",
            "-march=rv32i2p0_ma    -mabi=ilp32": "rv32im",
            "-march=rv32i2p0_mc    -mabi=ilp32": "rv32imc",
            "-march=rv32i2p0_mfc   -mabi=ilp32f": "rv32imc",
            "-march=rv32im -mabi=ilp32": "rv32im",
            "-march=rv32imac_zicsr_zifencei -mabi=ilp32": "rv32imac",
            "-march=rv32i2p0_m_zba_zbc -mabi=ilp32": "rv32im",
            " -march=rv32gc -mabi=ilp32d": "rv32imac",
        }.items():
            with self.subTest(flags):
                self.assertEqual(emit_build.march(flags), expected)
        for flags in ("-march=rv64imac", "-march=rv32e", "-mabi=ilp32", "", "-mcpu=cortex-m3"):
            with self.subTest(flags), self.assertRaises(litex_output.InputError):
                emit_build.march(flags)

    def test_every_march_has_its_multilib(self):
        """So that the C library is found, and a CPU with multiplication does not get one without."""
        for march, wanted in {
            "rv32i": "rv32i",
            "rv32imc": "rv32im",
            "rv32imac": "rv32imac",
        }.items():
            command = [
                "riscv64-unknown-elf-gcc",
                f"-march={march}",
                "-mabi=ilp32",
                "-misa-spec=2.2",
            ]
            command.append("--print-multi-directory")
            found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
            self.assertEqual(found.stdout.strip(), f"{wanted}/ilp32")

    def test_make_can_use_it(self):
        """And the compiler finds all headers."""
        self.generate()
        makefile = os.path.join(self.temporary.name, "Makefile")
        with open(makefile, "w") as file:
            file.write(
                f"include {self.output}/soc.mk\n"
                "all:\n\t@riscv64-unknown-elf-gcc -std=gnu11 --specs=picolibc.specs -Wall -Wextra"
                f" -Werror -O2 $(SOC_CFLAGS) -I{TOP} -c $(SRC) -o {self.output}/x.o\n"
                "print:\n\t@echo $(SOC_MARCH) $(SOC_MAIN_RAM_SIZE) $(SOC_HAS_LEDS) $(SOC_HAS_GPIO)\n"
            )
        # LiteX's generated headers, as far as they are used.
        generated = os.path.join(self.folder, "software", "include", "generated")
        with open(os.path.join(generated, "soc.h"), "w") as file:
            file.write('#define CONFIG_CPU_NOP "nop"\n#define CONFIG_CSR_DATA_WIDTH 32\n')
        with open(os.path.join(generated, "csr.h"), "w") as file:
            file.write("#include <hw/common.h>\n")

        def make(*arguments):
            environment = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
            return subprocess.run(
                ["make", "-s", "-f", makefile, *arguments],
                env=environment,
                capture_output=True,
                text=True,
                timeout=120,
            )

        self.assertEqual(make("print").stdout, "rv32im 16777216 1 0\n")
        sources = [os.path.join(self.output, "soc_tables.c")]
        for folder in ("soc", "drivers"):
            names = sorted(os.listdir(os.path.join(TOP, folder)))
            sources += [os.path.join(TOP, folder, name) for name in names if name.endswith(".c")]
        for source in sources:
            done = make("all", f"SRC={source}")
            self.assertEqual(done.returncode, 0, done.stderr)
