# SPDX-License-Identifier: MIT
"""A person at a terminal: what the prompt does with keys, over `lxemu` on that terminal."""

import re
import termios
import unittest

from tests.clients import support

ENTER, TAB, UP, DOWN, LEFT, HOME = "\r", "\t", "\x1b[A", "\x1b[B", "\x1b[D", "\x01"
BACKSPACE = "\x7f"
CTRL_A, CTRL_B, CTRL_C, CTRL_D, CTRL_E, LEAVE = "\x01", "\x02", "\x03", "\x04", "\x05", "\x1d"
PROMPT = support.PROMPT


class Prompt(unittest.TestCase):
    """Each test starts its own emulator in a terminal and leaves it by Ctrl-]."""

    def setUp(self):
        self.person = support.Person(support.emulator_command("base"))
        self.addCleanup(self.person.__exit__)
        self.banner = self.person.expect("(.*?)" + PROMPT)[1]

    def tearDown(self):
        if self.person.process.poll() is None:
            self.person.send(LEAVE)
            self.assertEqual(self.person.wait(), 0)

    def test_banner(self):
        self.assertRegex(
            self.banner, r"MicroPython v1\.\d+\.\d+.*; .*SoC base, vexriscv-standard @ 100 MHz"
        )

    def test_expression(self):
        self.assertEqual(self.person.ask("6 * 7"), "42\n")
        self.assertEqual(self.person.ask("'a' 'b'"), "'ab'\n")

    def test_leaving_restores_the_terminal(self):
        during = termios.tcgetattr(self.person.slave)
        self.assertFalse(during[3] & termios.ECHO, "the terminal would echo twice")
        self.person.send(LEAVE)
        self.person.process.wait(support.WAIT_S)
        self.assertEqual(termios.tcgetattr(self.person.slave), self.person.settings)
        self.assertEqual(self.person.process.returncode, 0)

    def start_loop(self):
        """Run an endless loop and wait until it runs."""
        self.person.send("exec(\"print('loop' 'ing')\\nwhile True: pass\")\r")
        self.person.expect(r"looping\r\n")

    def test_leaving_a_running_loop(self):
        self.start_loop()
        self.person.send(LEAVE)
        self.assertEqual(self.person.wait(), 0)

    def test_terminated_restores_the_terminal(self):
        self.person.process.terminate()
        self.person.process.wait(support.WAIT_S)
        self.assertEqual(termios.tcgetattr(self.person.slave), self.person.settings)

    def test_history(self):
        self.person.ask("first = 1")
        self.person.ask("second = 2")
        self.person.send(UP + UP + DOWN + UP)
        self.person.expect("first = 1")
        self.person.send("1" + ENTER)
        self.person.expect(PROMPT)
        self.assertEqual(self.person.ask("first"), "11\n")

    def test_editing(self):
        self.person.send("pint(5)" + HOME + "\x1b[C" + "r" + ENTER)
        self.person.expect(r"\r\n5\r\n" + PROMPT)
        self.person.send("print(78" + LEFT + "0" + "\x05" + ")" + ENTER)
        self.person.expect(r"\r\n708\r\n" + PROMPT)

    def test_backspace(self):
        self.person.send("1234" + BACKSPACE + BACKSPACE + ENTER)
        self.person.expect(r"\r\n12\r\n" + PROMPT)

    def test_tab_completes_a_name(self):
        self.person.ask("some_rather_long_name = 99")
        self.person.send("some_ra" + TAB + ENTER)
        self.person.expect(r"\r\n99\r\n" + PROMPT)

    def test_tab_lists_attributes(self):
        self.person.ask("import machine")
        self.person.send("machine.me" + TAB + TAB)
        listed = self.person.expect(r"\r\n(mem\w+[^\r]*)\r\n" + PROMPT + r"machine\.mem")[1]
        self.assertEqual(
            set(listed.split()) & {"mem8", "mem16", "mem32"}, {"mem8", "mem16", "mem32"}
        )
        self.person.send("32" + ENTER)
        self.person.expect("<32-bit memory>")

    def test_auto_indent(self):
        self.person.send("for i in range(2):" + ENTER)
        self.person.expect(re.escape("... ") + "    ")
        self.person.send("if i:" + ENTER)
        self.person.expect(re.escape("... ") + "        ")
        self.person.send("print('i is', i)" + ENTER + ENTER + ENTER + ENTER)
        self.person.expect(r"\r\ni is 1\r\n" + PROMPT)

    def test_paste_mode(self):
        self.person.send(CTRL_E)
        self.person.expect("paste mode; Ctrl-C to cancel, Ctrl-D to finish\r\n=== ")
        self.person.send("def f():\r    return 'pas' + 'ted'\r\rprint(f())\r")
        self.person.expect(re.escape("print(f())") + "\r\n=== ")
        self.person.send(CTRL_D)
        self.person.expect("\r\npasted\r\n" + PROMPT)

    def test_paste_mode_cancelled(self):
        self.person.send(CTRL_E)
        self.person.expect("=== ")
        self.person.send("print('no' * 2)" + CTRL_C)
        self.person.expect(PROMPT)
        self.assertNotIn("nono", self.person.said)

    def test_ctrl_c_stops_a_loop(self):
        self.start_loop()
        self.person.send(CTRL_C)
        self.person.expect("KeyboardInterrupt: \r\n" + PROMPT)
        self.assertEqual(self.person.ask("1 + 1"), "2\n")

    def test_ctrl_c_stops_a_sleep(self):
        self.person.send("import time; print('sl' 'eeping'); time.sleep(3600)\r")
        self.person.expect("sleeping\r\n")
        self.person.send(CTRL_C)
        self.person.expect("KeyboardInterrupt: \r\n" + PROMPT)

    def test_ctrl_c_at_the_prompt_drops_the_line(self):
        self.person.send("print('dropped' * 2" + CTRL_C)
        self.person.expect(PROMPT)
        self.assertEqual(self.person.ask("3"), "3\n")

    def test_ctrl_d_is_a_soft_reset(self):
        self.person.ask("kept = 1")
        self.person.send(CTRL_D)
        self.person.expect("MPY: soft reboot\r\n.*MicroPython v.*" + PROMPT)
        self.assertIn("NameError", self.person.ask("kept"))

    def test_boot_and_main_run_after_soft_reset(self):
        for name in ("boot.py", "main.py"):
            self.person.ask(f"f = open('{name}', 'w')")
            self.person.ask(
                f'n = f.write(\'print("ran " + "{name}")\\n{name[:4]} = 5\\n\'); f.close()'
            )
        self.person.send(CTRL_D)
        self.person.expect(
            r"soft reboot\r\nran boot\.py\r\nran main\.py\r\n.*MicroPython v.*" + PROMPT
        )
        self.assertEqual(self.person.ask("boot + main"), "10\n")

    def test_exception_in_main(self):
        self.person.ask("f = open('main.py', 'w'); n = f.write('1/0'); f.close()")
        self.person.send(CTRL_D)
        self.person.expect(r'File "main\.py", line 1.*ZeroDivisionError.*' + PROMPT)

    def test_ctrl_c_stops_main(self):
        self.person.ask("f = open('main.py', 'w')")
        self.person.ask('n = f.write(\'print("main " "runs")\\nwhile True: pass\'); f.close()')
        self.person.send(CTRL_D)
        self.person.expect("main runs\r\n")
        self.person.send(CTRL_C)
        self.person.expect("KeyboardInterrupt: .*" + PROMPT)

    def test_raw_mode(self):
        self.person.send(CTRL_A)
        self.person.expect("raw REPL; CTRL-B to exit\r\n>")
        self.person.send("print(6*7)" + CTRL_D)
        self.person.expect("OK42\r\n\x04\x04>")
        self.person.send(CTRL_B)
        self.person.expect("MicroPython v.*" + PROMPT)

    def test_input(self):
        self.person.send("name = input('Who? ')" + ENTER)
        self.person.expect(r"\r\nWho\? ")
        self.person.send("me" + ENTER)
        self.person.expect(PROMPT)
        self.assertEqual(self.person.ask("name"), "'me'\n")

    def test_line_feed_is_enter(self):
        """litex_term sends LF; CR LF is one line end."""
        self.person.send("6 * 7\n")
        self.person.expect(r"\r\n42\r\n" + PROMPT)
        self.person.send("6 * 8\r\n")
        self.person.expect(r"\r\n48\r\n" + PROMPT)
        self.person.send("name = input()\nme\n")
        self.person.expect(PROMPT)
        self.assertEqual(self.person.ask("name"), "'me'\n")

    def test_typing_ahead(self):
        self.person.send("import time; time.sleep_ms(50)\rtyped = 'ahead' * 2\r")
        self.person.expect("typed = .*" + PROMPT)
        self.assertEqual(self.person.ask("typed"), "'aheadahead'\n")

    def test_pasted_unicode(self):
        self.person.send(CTRL_E)
        self.person.expect("=== ")
        self.person.send("print('µ' + '€')" + CTRL_D)
        self.person.expect("\r\nµ€\r\n" + PROMPT)


if __name__ == "__main__":
    unittest.main()
