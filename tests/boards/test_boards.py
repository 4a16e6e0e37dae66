# SPDX-License-Identifier: MIT
"""tools/boards.py and tools/board_soc.py: what they choose, and what they count as passed."""

import argparse
import contextlib
import io
import json
import subprocess
import sys
import tempfile
import types
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import board_soc  # noqa: E402
import boards  # noqa: E402
import test as runner  # noqa: E402

GOOD = """\
A SoC: VexRiscv standard, 100000000 Hz
csr            pass  181 registers
LED            pass  4 of leds
Video          skip  no such core
verdict: pass: 2 passed, 1 skipped, 0 failed
"""


class Judge(unittest.TestCase):
    def setUp(self):
        self.board = boards.Board("digilent_arty", "default")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.board.log_path = Path(folder.name) / "log"
        self.board.log_path.write_text("")

    def step(self, said):
        """Judge a script's output; return (result, why)."""
        self.board.step(self.board.judge, said)
        return self.board.record["result"], self.board.record["why"]

    def test_pass(self):
        self.assertEqual(self.step(GOOD), (boards.PASS, ""))
        self.assertEqual(self.board.record["classes"], ["csr", "LED"])

    def test_a_class_that_fails(self):
        said = GOOD.replace("LED            pass  4", "LED            FAIL  3")
        self.assertEqual(self.step(said), (boards.FAIL, "LED: 3 of leds"))

    def test_a_board_with_a_mac_that_gets_no_lease(self):
        self.board.record["cores"] = {"ethmac": "ethmac"}
        self.board.record["memory"] = {"main_ram": 0x1000000}
        self.assertEqual(self.step(GOOD)[0], boards.FAIL)
        self.assertEqual(
            self.step(GOOD.replace("Video          skip", "LAN  pass"))[0], boards.PASS
        )

    def test_no_verdict(self):
        result, why = self.step(GOOD.partition("verdict")[0])
        self.assertEqual((result, why), (boards.FAIL, "the script ended without its verdict"))

    def test_a_bad_verdict(self):
        self.assertEqual(self.step(GOOD.replace("verdict: pass", "verdict: fail"))[0], boards.FAIL)

    def test_nothing_tried(self):
        said = "csr  skip  no\nverdict: pass: 0 passed, 1 skipped, 0 failed\n"
        self.assertEqual(self.step(said)[0], boards.FAIL)

    def test_a_step_that_stops(self):
        def stop():
            raise boards.Stopped("no vendor")

        self.assertFalse(self.board.step(stop))
        self.assertEqual(self.board.record["result"], boards.NOT_GENERATED)
        self.assertEqual(self.board.record["why"], "no vendor")

    def test_last_words(self):
        self.board.log(
            "$ make x\nINFO:SoC:x\nOSError: [Errno 2] No file: '/a/b/c.h'\nmake: *** [x] Error 1"
        )
        self.assertEqual(self.board.last_words(), "OSError: [Errno 2] No file: 'c.h'")

    def test_last_words_that_go_on(self):
        self.board.log("OSError: Unable to find the toolchain, please either:\n- Set X")
        self.assertEqual(self.board.last_words(), "OSError: Unable to find the toolchain")

    def test_a_firmware_that_does_not_boot(self):
        """The emulator's run without a prompt is a failure, not a pass with a strange time."""
        self.board.firmware = self.board.log_path
        self.board.soc_folder = ROOT / "build" / "soc" / "base"
        self.board.record["clock"] = 100_000_000
        self.assertFalse(self.board.step(self.board.boot))
        self.assertEqual(self.board.record["result"], boards.FAIL)


class Small(unittest.TestCase):
    def test_a_board_whose_files_hold_no_script(self):
        board = boards.Board("mini", "default")
        board.soc_folder = ROOT / "build" / "soc" / "mini"
        board.firmware = ROOT / "build" / "firmware" / "mini" / "firmware.bin"
        board.record["memory"] = {"main_ram": 256 << 10}
        with tempfile.TemporaryDirectory() as folder:
            board.log_path = Path(folder) / "log"
            board.log_path.write_text("")
            self.assertTrue(board.step(board.accept), board.record["why"])
        self.assertEqual(board.record["classes"], ["csr", "memory", "time", "Timer"])

    def test_ram_of_an_fpga(self):
        for device, kib in (
            ("xc7z020-clg400-1", 560),
            ("xc7a35t-CPG236-1", 200),
            ("LFE5UM5G-85F-8BG381", 416),
            ("ice40-up5k-sg48", 143),
            ("5CSXFC6D6F31C8", 557),
            ("xc7k420tl-ffg901", 3340),
            ("xc6slx9-2-tqg144", 64),
            ("xc6slx99", 0),
            ("no such", 0),
        ):
            self.assertEqual(board_soc.block_ram(device), kib << 10, device)
        self.assertEqual(board_soc.main_ram_for(404 << 10), 384 << 10)
        self.assertEqual(board_soc.main_ram_for(256 << 10), 256 << 10)
        self.assertEqual(board_soc.main_ram_for(255 << 10), 0)
        self.assertEqual(board_soc.main_ram_for(-1), 0)

    def test_what_a_soc_lacks(self):
        board = boards.Board("x", "more")
        memories = {
            "rom": {"base": 0, "size": 128 << 10},
            "sram": {"base": 0x10000000, "size": 8 << 10},
        }
        need = "the firmware needs 256 KiB of main RAM"
        self.assertEqual(board.lacks(memories), f"no main RAM, 8 KiB of SRAM: {need}")
        board.record["device"] = "xc7a35t-CPG236-1"
        has = "no main RAM, 8 KiB of SRAM; of 200 KiB in the xc7a35t-CPG236-1 ROM and SRAM want"
        self.assertEqual(board.lacks(memories), f"{has} 136: {need}")
        memories["spiflash"] = {"base": 0, "size": 4 << 20}
        self.assertEqual(board.lacks(memories), f"{has} 8: {need}")
        memories["main_ram"] = {"base": 0x40000000, "size": 64 << 10}
        self.assertEqual(board.lacks(memories), f"64 KiB of main RAM, 8 KiB of SRAM: {need}")


class Kept(unittest.TestCase):
    def test_rows_stay_until_there_are_new_ones(self):
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()):
            path = Path(folder) / "boards.json"
            for name, why in (("b", "first"), ("a", "first"), ("b", "second")):
                board = boards.Board(name, "default")
                board.record["why"] = why
                boards.Results(path).add(board)
            rows = json.loads(path.read_text())
        self.assertEqual(
            [(row["board"], row["why"]) for row in rows], [("a", "first"), ("b", "second")]
        )


class Report(unittest.TestCase):
    def test_tables(self):
        rows = []
        for name, which, result, why, arguments in (
            ("a", "default", boards.PASS, "", []),
            ("a", "more", boards.FAIL, "LED: no", []),
            ("b", "default", boards.NOT_GENERATED, "no RAM: the firmware needs 1", []),
            ("b", "more", boards.PASS, "", ["--integrated-main-ram-size=262144"]),
        ):
            row = boards.Board(name, which).record
            row.update(result=result, why=why, arguments=arguments)
            row["classes"] = ["LED"] if result == boards.PASS else []
            rows.append(row)
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            boards.report(rows)
        for line in (
            "| pass | 1 | 1 |",
            "| fail | 0 | 1 |",
            "| LED | 2 |",
            "| `a` | passes | LED: no |",
            "| `b` | no RAM | passes --integrated-main-ram-size=262144 |",
        ):
            self.assertIn(line, said.getvalue().splitlines())


class Verdict(unittest.TestCase):
    def test_the_runner_of_the_suites_reads_it(self):
        """Boards that were not generated count as skipped, and a failed one as failed."""
        for results, said in (
            ((boards.PASS, boards.PASS, boards.NOT_GENERATED), (2, 0, 1)),
            ((boards.PASS, boards.FAIL), (1, 1, 0)),
        ):
            output = io.StringIO()
            with contextlib.redirect_stdout(output):
                good = boards.print_verdict([{"result": result} for result in results])
            self.assertEqual(runner.counts(output.getvalue()), said)
            self.assertEqual(good, boards.FAIL not in results)


class Choice(unittest.TestCase):
    def test_every_tenth_is_a_tenth(self):
        everything = boards.all_boards()
        self.assertGreater(len(everything), 150)
        options = argparse.Namespace(board=[], every=10)
        self.assertEqual(boards.choose(options), everything[::10])

    def test_a_board_that_does_not_exist(self):
        said = io.StringIO()
        with contextlib.redirect_stderr(said), self.assertRaises(SystemExit) as ended:
            boards.choose(argparse.Namespace(board=["arty"], every=1))
        self.assertEqual(ended.exception.code, 2)
        self.assertIn("digilent_arty", said.getvalue())

    def test_options_that_the_target_knows(self):
        parser = argparse.ArgumentParser()
        parser.add_argument("--with-pcie", action="store_true")
        parser.add_argument("--timer-uptime", action="store_true")
        group = parser.add_mutually_exclusive_group()
        group.add_argument("--with-spi-sdcard", action="store_true")
        group.add_argument("--with-sdcard", action="store_true")
        parser.add_argument("--with-i2c", type=int)
        target = board_soc.Target("x", Path("x"), board_soc.OPTIONS)
        self.assertEqual(target.choose(parser), ["--timer-uptime", "--with-sdcard"])
        target = board_soc.Target("x", Path("x"), ["--with-spi-sdcard"])
        self.assertEqual(target.choose(parser), ["--with-spi-sdcard"])

    def test_no_cores_for_a_cpu_that_the_firmware_is_not_for(self):
        soc = types.SimpleNamespace(cpu=types.SimpleNamespace(family="arm"))
        self.assertEqual(board_soc.add_cores(soc), [])
        self.assertEqual(board_soc.add_cores(types.SimpleNamespace(cpu=None)), [])

    def test_groups_hold_all_boards_once(self):
        made = [boards.Board(f"board{n}", "default") for n in range(40)]
        for n, each in enumerate(made):
            each.kind = (None, None, "a" if n % 4 else "b")
        groups = boards.lanes(made, 2)
        self.assertCountEqual([board for group in groups for board in group], made)
        self.assertTrue(all(len({board.kind for board in group}) == 1 for group in groups))
        self.assertLessEqual(max(map(len, groups)), 20)


class Thread(unittest.TestCase):
    def test_more_cores(self):
        """A target gets the options that it knows and the cores that need no pin."""
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, ROOT / "tools" / "board_soc.py", "digilent_arty", folder]
            done = subprocess.run(command, capture_output=True, text=True, timeout=100)
            self.assertEqual(done.returncode, 0, done.stderr[-2000:])
            board = boards.Board("digilent_arty", "more")
            board.soc_folder = Path(folder)
            board.describe()
        cores = board.record["cores"]
        for name, kind in (
            ("spi0", "spi"),
            ("spi_mmap", "spi_mmap"),
            ("i2c0", "i2c"),
            ("xadc", "xadc"),
            ("sdcard_core", "sdcard"),
        ):
            self.assertEqual(cores.get(name), kind, cores)
        self.assertEqual(board.record["memory"]["main_ram"], 256 << 20)


if __name__ == "__main__":
    unittest.main()
