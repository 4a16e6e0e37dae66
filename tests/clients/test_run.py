# SPDX-License-Identifier: MIT
"""`make run` and the runner behind it: a prompt, a script, a pipe, nothing, a PTY."""

import os
import re
import resource
import select
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from tests.clients import support

sys.path.insert(0, str(support.ROOT / "tools"))
import process  # noqa: E402

LEAVE = "\x1d"
START_S = 2.0  # what a second start may take
RUNNER = [support.VENV / "python", support.ROOT / "tools" / "run.py"]


def setUpModule():
    """The first run builds what is not there yet."""
    result = support.make("run")
    if result.returncode:
        raise AssertionError(result.stdout + result.stderr)


class MakeRun(unittest.TestCase):
    def script(self, text):
        """Write a script and return its path."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = Path(folder.name) / "script.py"
        path.write_text(text)
        return path

    def test_script(self):
        result = support.make("run", f"SCRIPT={self.script('print(6 * 7)')}")
        self.assertEqual((result.stdout, result.returncode), ("42\n", 0), result.stderr)

    def test_script_that_fails(self):
        result = support.make("run", f"SCRIPT={self.script('print(1)' + chr(10) + '1/0')}")
        self.assertEqual((result.stdout, result.returncode), ("1\n", 2), result.stderr)
        self.assertRegex(result.stderr, r'File "script\.py", line 2.*\nZeroDivisionError')

    def test_script_that_exits(self):
        result = support.make("run", f"SCRIPT={self.script('import sys; sys.exit(3)')}")
        self.assertEqual((result.stdout, result.returncode), ("", 2), result.stderr)

    def test_script_is_not_there(self):
        result = support.make("run", "SCRIPT=/nowhere/script.py")
        self.assertEqual((result.stdout, result.returncode), ("", 2))
        self.assertEqual(len(support.complaint(result)), 1, result.stderr)
        self.assertIn("/nowhere/script.py", result.stderr)

    def test_script_on_a_pipe(self):
        result = support.make("run", input="for i in range(3):\n    print(i)\n")
        self.assertEqual((result.stdout, result.returncode), ("0\n1\n2\n", 0), result.stderr)

    def test_failing_script_on_a_pipe(self):
        result = support.make("run", input="raise ValueError('so')\n")
        self.assertEqual((result.stdout, result.returncode), ("", 2))
        self.assertIn("ValueError: so", result.stderr)

    def test_nothing_on_standard_input(self):
        result = support.make("run")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stdout, r"MicroPython v1\.\d+")
        self.assertRegex(result.stderr, r"SCRIPT=")

    def test_standard_output_is_the_guest_alone(self):
        os.utime(support.LXEMU, (0, 0))  # so that this run has something to build and to say
        result = support.make("run", input="print('guest')\n")
        self.assertGreater(support.LXEMU.stat().st_mtime, 0)
        self.assertEqual((result.stdout, result.returncode), ("guest\n", 0), result.stderr)

    def test_pty(self):
        command = ["make", "run", "PTY=1"]
        with support.Simulation(command, environment=support.user_environment()) as board:
            self.assertRegex(board.path, r"^/dev/pts/\d+$")
            with support.Client(board.path) as client:
                client.send("\r")
                client.expect(support.PROMPT)
                self.assertEqual(client.ask("6 * 7"), "42\n")

    def test_terminal(self):
        with support.Person(["make", "run"], support.user_environment()) as person:
            title = person.expect("(.*?)" + support.PROMPT)[1]
            self.assertIn("Ctrl-]", title)
            self.assertRegex(title, r"browser:  http://127\.0\.0\.1:\d+/")
            self.assertRegex(title, r"MicroPython v1\.\d+.*SoC board")
            self.assertEqual(person.ask("6 * 7"), "42\n")
            person.send(LEAVE)
            self.assertEqual(person.wait(), 0)

    def test_second_start_is_quick(self):
        # In seconds of the processor's time: how busy the machine is does not matter.
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with support.Person(["make", "run"], support.user_environment()) as person:
            person.expect(support.PROMPT)
            person.send(LEAVE)
            person.wait()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        self.assertLess(taken, START_S)
        self.assertGreater(taken, 0.01)

    def test_another_soc_and_options(self):
        result = support.make(
            "run", "SOC=mini", "ARGS=--virtual", input="import litex; print(litex.info())"
        )
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("SoC mini", result.stdout)

    def test_emu_run_of_a_build_folder(self):
        folder = support.soc_folder("base")
        result = support.make("emu-run", f"BUILD_DIRECTORY={folder}", input="print('here')")
        self.assertEqual((result.stdout, result.returncode), ("here\n", 0), result.stderr)


class Runner(unittest.TestCase):
    """tools/run.py called directly has the script's exact status."""

    def status(self, source, *options):
        """Run a script through the runner; return (status, stdout, stderr)."""
        command = [*RUNNER, *options, "--", *support.emulator_command("base")]
        result = support.run(command, input=source)
        return result.returncode, result.stdout, result.stderr

    def test_good(self):
        self.assertEqual(self.status("print('fine')"), (0, "fine\n", ""))

    def test_exception(self):
        status, output, errors = self.status("def f():\n    raise KeyError('k')\nf()\n")
        self.assertEqual((status, output), (1, ""))
        self.assertRegex(errors, r"^Traceback \(most recent call last\):\n  File")
        self.assertRegex(errors, r"line 3, in <module>\n.*line 2, in f\nKeyError: k\n$")

    def test_syntax_error(self):
        status, output, errors = self.status("1 +\n")
        self.assertEqual((status, output), (1, ""))
        self.assertIn("SyntaxError", errors)

    def test_exit_statuses(self):
        for code, expected in (("0", 0), ("3", 3), ("255", 255), ("None", 0), ("", 0)):
            status, output, errors = self.status(f"import sys\nprint('x')\nsys.exit({code})\n")
            self.assertEqual((status, output, errors), (expected, "x\n", ""), code)

    def test_exit_message(self):
        status, _, errors = self.status("raise SystemExit('why')")
        self.assertEqual((status, errors), (1, "why\n"))

    def test_output_that_looks_like_the_protocol(self):
        for text in (
            "\x04\x04>",
            "\x04",
            ">>> raw REPL; CTRL-B to exit\n>",
            "Exception: ('x', 0, '')",
        ):
            source = f"print({text!r})\nprint('OK')\nraise SystemExit(5)\n"
            self.assertEqual(self.status(source), (5, f"{text}\nOK\n", ""), text)

    def test_output_after_the_end(self):
        source = "import machine, time\n"
        source += (
            "machine.Timer(-1, period=1, callback=lambda t: print('tick'))\ntime.sleep_ms(20)\n"
        )
        status, output, errors = self.status(source)
        self.assertEqual((status, errors), (0, ""))
        self.assertEqual(set(output.split()), {"tick"})

    def test_standard_input_is_the_scripts(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "ask.py"
            path.write_text("print('Hello', input('name? '))\nprint('and', input())\n")
            command = [*RUNNER, "--script", path, "--", *support.emulator_command("base")]
            good = support.run(command, input="Ada\nGrace\n")
            short = support.run(command, input="Ada\n")
        self.assertEqual(good.returncode, 0, good.stderr)
        self.assertIn("Hello Ada\n", good.stdout)
        self.assertIn("and Grace\n", good.stdout)
        self.assertEqual(short.returncode, 1)
        self.assertIn("EOFError", short.stderr)

    def test_more_input_than_the_script_reads(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "done.py"
            path.write_text("print('done')\n")
            command = [*RUNNER, "--script", path, "--", *support.emulator_command("base")]
            result = support.run(command, input="y\n" * 200000)
        self.assertEqual((result.stdout, result.stderr, result.returncode), ("done\n", "", 0))

    def test_interrupt(self):
        command = [*RUNNER, "--", *support.emulator_command("base")]
        source = "print('ready')\nwhile True:\n    pass\n"
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        process.stdin.write(source)
        process.stdin.close()
        self.assertEqual(process.stdout.readline(), "ready\n")
        process.send_signal(signal.SIGINT)
        self.assertIn("KeyboardInterrupt", process.stderr.read())
        self.assertEqual(process.wait(timeout=60), 130)
        process.stdout.close()
        process.stderr.close()

    def test_script_that_resets_the_board(self):
        status, _, errors = self.status("import machine; machine.reset()")
        self.assertEqual(status, 1)
        self.assertIn("restarted", errors)

    def test_silent_script_is_bounded(self):
        status, _, errors = self.status("while True: pass", "--timeout", "1")
        self.assertEqual(status, 124, errors)

    def test_big_script_and_output(self):
        lines = [f"print({number}, 'x' * 50)" for number in range(3000)]
        status, output, errors = self.status("\n".join(lines) + "\n")
        self.assertEqual(status, 0, errors)
        self.assertEqual(output.splitlines(), [f"{n} {'x' * 50}" for n in range(3000)])

    def test_stdout_is_closed(self):
        pipe = " ".join(str(word) for word in [*RUNNER, "--", *support.emulator_command("base")])
        source = "while True: print('endless')"
        result = support.run(["sh", "-c", f"{pipe} | head -1"], input=source)
        self.assertEqual(result.stdout, "endless\n")

    def test_scripts_name_and_unicode(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "näme.py"
            path.write_text("print('µ', __name__)\n")
            command = [*RUNNER, "--script", path, "--", *support.emulator_command("base")]
            result = support.run(command)
        self.assertEqual((result.stdout, result.returncode), ("µ __main__\n", 0), result.stderr)


class NothingOutlives(unittest.TestCase):
    """The simulation ends with its runner and the runner with make, whatever signal ends them."""

    ENDLESS = "print('running')\nwhile True: pass\n"

    def start(self, command, **options):
        """Start `command` on an endless script; return the process once the script runs."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        script = Path(folder.name) / "endless.py"
        script.write_text(self.ENDLESS)
        command = [str(word).replace("{script}", str(script)) for word in command]
        started = subprocess.Popen(
            command,
            cwd=support.ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**support.user_environment(), "RUN_TEST_MARK": self.id()},
            **options,
        )
        self.addCleanup(started.stdout.close)
        self.addCleanup(started.wait)
        self.addCleanup(started.kill)
        self.assertEqual(started.stdout.readline(), b"running\n")
        return started

    def assert_all_end(self, started, number):
        """Send the signal; all processes that came from `started` end within a bound."""
        mark = f"RUN_TEST_MARK={self.id()}".encode()
        descendants = [os.pidfd_open(pid) for pid in process.with_environment(mark)]
        self.assertGreater(len(descendants), 1)
        started.send_signal(number)
        for descendant in descendants:
            self.addCleanup(os.close, descendant)
            self.assertTrue(select.select([descendant], [], [], support.WAIT_S)[0], "it lives on")
        return started.wait()

    def test_runner(self):
        command = [*RUNNER, "--script", "{script}", "--", *support.emulator_command("base")]
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGKILL):
            with self.subTest(number):
                status = self.assert_all_end(self.start(command), number)
                expected = -number if number == signal.SIGKILL else 128 + number
                self.assertEqual(status, expected)

    def test_make(self):
        for number in (signal.SIGTERM, signal.SIGKILL):
            with self.subTest(number):
                self.assert_all_end(self.start(["make", "run", "SCRIPT={script}"]), number)

    def test_terminal_without_a_script(self):
        """There the runner becomes the emulator, which ends with make."""
        mark = {**support.user_environment(), "RUN_TEST_MARK": self.id()}
        with support.Person(["make", "run"], mark) as person:
            person.expect(support.PROMPT)
            self.assert_all_end(person.process, signal.SIGKILL)

    def test_closed_standard_input(self):
        """It is like an empty one: a script runs to its end, and without one the guest's prompt ends."""
        words = " ".join(str(word) for word in support.emulator_command("base"))
        runner = " ".join(str(word) for word in RUNNER)
        with tempfile.NamedTemporaryFile("w", suffix=".py") as script:
            script.write("import sys\nprint(sys.stdin.read(1) or 'end')\n")
            script.flush()
            command = f"exec {runner} --timeout 30 --script {script.name} -- {words} <&-"
            result = support.run(["sh", "-c", command])
            self.assertEqual(result.returncode, 0, result.stderr)
        result = support.run(["sh", "-c", f"exec {runner} -- {words} <&-"])
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("no script", result.stderr)

    def test_timeout_covers_the_time_before_the_prompt(self):
        with tempfile.NamedTemporaryFile("w", suffix=".py") as script:
            for silent in (["sleep", "60"], ["sh", "-c", "while echo noise; do sleep 0.01; done"]):
                options = ["--timeout", "0.5", "--script", script.name]
                result = support.run([*RUNNER, *options, "--", *silent])
                self.assertEqual(result.returncode, 124)
                self.assertIn("no prompt after 0.5 s", result.stderr)


class Examples(unittest.TestCase):
    """Each example runs as the README says."""

    def test_examples(self):
        scripts = sorted((support.ROOT / "examples").glob("*.py"))
        self.assertTrue(scripts)
        for script in scripts:
            with self.subTest(script.name):
                result = support.make("run", f"SCRIPT={script}")
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertTrue(re.search(r"\w", result.stdout), "it prints nothing")


if __name__ == "__main__":
    unittest.main()
