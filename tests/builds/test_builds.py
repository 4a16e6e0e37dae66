# SPDX-License-Identifier: MIT
"""Builds that `make test` has no time for; each is smoke-tested on the emulator where it can be."""

import os
import random
import re
import shutil
import signal
import subprocess
import tomllib
import unittest

from tests.clients import support

WORK = support.BUILD / "tests" / "builds"
BOUND_S = 900
IGNORED = shutil.ignore_patterns("build", ".git", "__pycache__")
SMOKE = """\
import asyncio, gc, json, os, struct, sys, time
import litex, machine

async def add(a, b):
    await asyncio.sleep_ms(1)
    return a + b

assert asyncio.run(add(20, 22)) == 42
assert json.loads(json.dumps({"a": [1.5, None]})) == {"a": [1.5, None]}
assert 3 ** 100 % 1000007 == pow(3, 100, 1000007)
litex.csr_write("ctrl_scratch", 0xCAFE)
assert litex.csr_read("ctrl_scratch") == 0xCAFE == machine.mem32[0xF0000004]
with open("smoke.txt", "w") as file:
    file.write("written")
assert open("smoke.txt").read() == "written" and "smoke.txt" in os.listdir("/")
before = time.ticks_ms()
time.sleep_ms(20)
assert 20 <= time.ticks_diff(time.ticks_ms(), before) < 40
gc.collect()
try:
    1 / 0
except ZeroDivisionError:
    print("smoke", sys.platform, sys.version.split("v")[-1].split()[0])
"""


def image(output, *variables):
    """Build the firmware of `base` below build/ by make with an own BUILD; return make's result."""
    return support.make("image", "SOC=base", f"BUILD={output}", *variables, bound_s=BOUND_S)


def own_build(name):
    """A build folder that shares the environment, the sources and the SoC with the tree's own."""
    folder = WORK / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for shared in ("venv", "cache", "soc", *(p.name for p in support.BUILD.glob("micropython-*"))):
        if (support.BUILD / shared).exists():
            (folder / shared).symlink_to(support.BUILD / shared)
    return folder


def copy_tree(copy, *built):
    """Copy the tree, with these folders of build/; environment and cache are shared."""
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(support.ROOT, copy, ignore=IGNORED)
    if (support.ROOT / ".git").exists():
        (copy / ".git").symlink_to(support.ROOT / ".git")
    (copy / "build").mkdir()
    for shared in ("venv", "cache"):
        (copy / "build" / shared).symlink_to(support.BUILD / shared)
    for folder in built:
        shutil.copytree(support.BUILD / folder, copy / "build" / folder)


def image_in(copy):
    """Build the firmware of `base` in a copy of the tree; return make's result."""
    return subprocess.run(
        ["make", "image", "SOC=base"],
        cwd=copy,
        env=support.user_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=BOUND_S,
    )


def firmware_of(folder):
    """The image that `image` built in a folder."""
    return folder / "firmware" / "base" / "firmware.bin"


def smoke(firmware):
    """Run the smoke test on the emulator; return what it printed."""
    runner = [support.VENV / "python", support.ROOT / "tools" / "run.py", "--"]
    emulator = [support.LXEMU, "--kernel", firmware, support.soc_folder("base")]
    result = support.run([*runner, *emulator], input=SMOKE)
    if result.returncode:
        raise AssertionError(result.stdout + result.stderr)
    return result.stdout


def versions() -> list[str]:
    """The versions of MicroPython in tools/sources.toml."""
    sources = tomllib.loads((support.ROOT / "tools" / "sources.toml").read_text())
    return [row["version"] for row in sources.values() if row["name"] == "micropython"]


class Versions(unittest.TestCase):
    def test_newest_micropython_of_debian(self):
        tree = support.BUILD / "micropython-newest"
        fetch = [support.VENV / "python", "tools/fetch.py", "micropython-newest", tree]
        result = support.run([*fetch, "--cache", support.BUILD / "cache"], BOUND_S)
        self.assertEqual(result.returncode, 0, result.stderr)
        version = re.match(r"(\d+\.\d+\.\d+)", result.stdout)[1]
        if version in versions():
            return  # built below
        folder = own_build("newest")
        built = image(folder, f"MICROPY_DIR={tree}")
        self.assertEqual(built.returncode, 0, built.stderr[-3000:])
        said = smoke(firmware_of(folder))
        self.assertTrue(said.startswith(f"smoke litex {version}"), f"{version}: {said}")

    def test_the_versions_of_sources_toml(self):
        """Each version that a mirror in reach carries builds and runs; in one folder, none is mixed with another."""
        pinned = support.BUILD / "micropython-1.25.0"
        trees = {"1.25.0": pinned}
        for version in versions():
            tree = support.BUILD / f"micropython-{version}"
            fetch = [support.VENV / "python", "tools/fetch.py", f"micropython-{version}", tree]
            result = support.run([*fetch, "--cache", support.BUILD / "cache"], BOUND_S)
            if result.returncode == 0:
                trees[version] = tree
            else:
                self.assertIn("upstream:", result.stderr)
        self.assertGreaterEqual(len(trees), 2)
        folder = own_build("versions")
        for version, tree in (*trees.items(), ("1.25.0", pinned)):
            with self.subTest(version):
                built = image(folder, f"MICROPY_DIR={tree}")
                self.assertEqual(built.returncode, 0, built.stderr[-3000:])
                self.assertEqual(smoke(firmware_of(folder)), f"smoke litex {version}\n")
        self.assertEqual(firmware_of(folder).read_bytes(), support.firmware("base").read_bytes())

    def test_the_pinned_version(self):
        sources = tomllib.loads((support.ROOT / "tools" / "sources.toml").read_text())
        pinned = sources["micropython-1_25_0"]["version"]
        self.assertEqual(smoke(support.firmware("base")), f"smoke litex {pinned}\n")


class Single(unittest.TestCase):
    def test_float_single(self):
        folder = own_build("single")
        built = image(folder, "FLOAT=single")
        self.assertEqual(built.returncode, 0, built.stderr[-3000:])
        runner = [support.VENV / "python", support.ROOT / "tools" / "run.py", "--"]
        emulator = [support.LXEMU, "--kernel", firmware_of(folder), support.soc_folder("base")]
        result = support.run([*runner, *emulator], input="print(2 / 3, 1e38 * 100)")
        self.assertEqual(result.stdout, "0.6666667 inf\n", result.stderr)
        upstream = [support.VENV / "python", "tests/upstream/run.py", "--firmware"]
        skips = support.ROOT / "tests" / "upstream" / "skip_single.toml"
        command = [*upstream, firmware_of(folder), "--skip", skips, "float"]
        result = support.run(command, BOUND_S)
        self.assertEqual(result.returncode, 0, result.stdout[-3000:])


class Reproducible(unittest.TestCase):
    def test_another_folder_gives_the_same_bytes(self):
        copy = WORK / "reproducible" / "in another/place"
        copy_tree(copy, "micropython-1.25.0")
        result = image_in(copy)
        self.assertEqual(result.returncode, 0, result.stderr[-3000:])
        built = (copy / "build" / "firmware" / "base" / "firmware.bin").read_bytes()
        self.assertEqual(built, support.firmware("base").read_bytes())
        for folder in (b"/in another", str(support.ROOT).encode()):
            self.assertNotIn(folder, built)


class Spaces(unittest.TestCase):
    def test_build_folder(self):
        """A LiteX build folder whose path has spaces (Reproducible builds in a clone with spaces)."""
        soc = WORK / "spaces" / "a soc" / "my mini"
        shutil.rmtree(soc.parent, ignore_errors=True)
        shutil.copytree(support.soc_folder("mini"), soc)
        made = support.make(
            "emu-run", f"BUILD_DIRECTORY={soc}", input="print(6 * 7)\n", bound_s=BOUND_S
        )
        self.assertEqual((made.returncode, made.stdout), (0, "42\n"), made.stderr[-3000:])


class Copied(unittest.TestCase):
    """A clone that was copied with its build/ gives the same bytes."""

    def test_a_copy_of_a_built_clone(self):
        copy = WORK / "copied"
        copy_tree(copy, "micropython-1.25.0", "soc/base", "firmware/base")
        original = support.firmware("base").read_bytes()
        firmware = copy / "build" / "firmware" / "base" / "firmware.bin"
        # One hot function compiled without its profile gives other bytes.
        for source in ("vm.c", "obj.c"):
            (copy / "build" / "micropython-1.25.0" / "py" / source).touch()
        result = image_in(copy)
        self.assertEqual(result.returncode, 0, result.stderr[-3000:])
        self.assertEqual(firmware.read_bytes(), original)


class OneFolder(unittest.TestCase):
    def test_one_soc_after_the_other_in_one_folder(self):
        """Whatever a folder was built for before, the image is that of the SoC at hand."""
        firmware = WORK / "one" / "firmware.bin"
        shutil.rmtree(firmware.parent, ignore_errors=True)
        for soc in ("mini", "base", "mini"):
            made = support.make("image", f"SOC={soc}", f"FIRMWARE={firmware}", bound_s=BOUND_S)
            self.assertEqual(made.returncode, 0, made.stderr[-3000:])
            self.assertEqual(firmware.read_bytes(), support.firmware(soc).read_bytes(), soc)


class Frozen(unittest.TestCase):
    def test_a_main_of_ones_own(self):
        """A frozen main.py runs at boot; built without its manifest in the same folder, the firmware has it no more."""
        folder = own_build("frozen")
        (folder / "main.py").write_text("open('mark.txt', 'w').close()\n")
        manifest = folder / "manifest.py"
        manifest.write_text(
            f'include("{support.ROOT / "port" / "manifest.py"}")\nmodule("main.py")\n'
        )
        runner = [support.VENV / "python", support.ROOT / "tools" / "run.py", "--"]
        emulator = [support.LXEMU, "--kernel", firmware_of(folder), support.soc_folder("base")]
        for variables in ([f"FROZEN_MANIFEST={manifest}"], []):
            built = image(folder, *variables)
            self.assertEqual(built.returncode, 0, built.stderr[-3000:])
            result = support.run(
                [*runner, *emulator], input="import os\nprint('mark.txt' in os.listdir())"
            )
            self.assertEqual(result.stdout, f"{bool(variables)}\n", result.stderr)


class Interrupted(unittest.TestCase):
    def test_an_interrupted_build_is_repaired(self):
        """Ctrl-C at some moments of the build; the next make finishes it, with the same result."""
        folder = own_build("interrupted")
        seed = int(os.environ.get("SEED", "1"))
        moments = random.Random(seed)
        for _ in range(6):
            process = subprocess.Popen(
                ["make", "image", "SOC=base", f"BUILD={folder}"],
                cwd=support.ROOT,
                env=support.user_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            try:
                process.wait(moments.uniform(0.5, 12))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGINT)
                process.wait(BOUND_S)
        built = image(folder)
        self.assertEqual(built.returncode, 0, f"seed {seed}: {built.stderr[-3000:]}")
        whole = support.make("image", "SOC=base")
        self.assertEqual(whole.returncode, 0, whole.stderr[-3000:])
        self.assertEqual(firmware_of(folder).read_bytes(), support.firmware("base").read_bytes())


if __name__ == "__main__":
    unittest.main()
