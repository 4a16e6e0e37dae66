# SPDX-License-Identifier: MIT
"""What leaves the pins, edge by edge, as the wiring's captures see it: emulator, or RTL with RTL=1."""

import os
import tempfile
import unittest
from pathlib import Path

from tests.device.run import BUILD, start

RTL = os.environ.get("RTL") == "1"


class PinFiles(unittest.TestCase):
    def run_script(self, wiring, script):
        """Run a script on `full` with further lines of wiring; {} in them is the folder for files. Return that."""
        folder = tempfile.TemporaryDirectory(dir=BUILD)
        self.addCleanup(folder.cleanup)
        extra = Path(folder.name, "wiring.txt")
        extra.write_text(wiring.replace("{}", folder.name))
        process, console = start("full", RTL, extra)
        try:
            console.enter_raw()
            console.paste(script.encode())
            output, error = console.follow()
            self.assertEqual(error, b"")
        finally:
            process.kill()
            process.wait()
            process.stdin.close()
            process.stdout.close()
            process.stderr.close()
        return Path(folder.name)

    def test_pwm_to_the_cycle(self):
        """A clock cycle is 10 ns."""
        folder = self.run_script(
            "device pwm1 capture file={}/pwm1\ndevice pwm_multi[2] capture file={}/pwm_multi2\n",
            "import machine, time\n"
            "p = machine.PWM('pwm1', freq=7777, duty_ns=12340)\n"
            "q = machine.PWM('pwm_multi[2]', freq=20000, duty_u16=21845)\n"
            "time.sleep_ms(2)\n",
        )
        period = (100_000_000 + 7777 // 2) // 7777
        self.check_pulse(folder / "pwm1", 12340, period * 10)
        self.check_pulse(folder / "pwm_multi2", 16670, 50000)

    def check_pulse(self, file, high, period):
        """Check the last line of a capture: exact on RTL; the emulator moves an edge to the end of a block of code."""
        slack = 0 if RTL else 300
        got_high, got_low = (int(word) for word in file.read_text().splitlines()[-1].split())
        self.assertLessEqual(abs(got_high - high), slack)
        self.assertLessEqual(abs(got_high + got_low - period), slack)

    def test_leds_on_a_pin(self):
        """The bytes as sent, and each high time within 50 ns."""
        data = bytes(range(0, 240, 10)) + b"\xff\x00"
        folder = self.run_script(
            "device gpio[6] ws2812 file={}/leds\ndevice gpio[6] capture file={}/edges\n",
            "import machine, time\n"
            f"data = {data!r}\n"
            "p = machine.Pin('gpio[6]', machine.Pin.OUT, value=0)\n"
            "machine.bitstream(p, 0, (400, 850, 800, 450), data)\n"
            "time.sleep_us(100)\n",
        )
        self.assertEqual((folder / "leds").read_text().split(), [data.hex()])
        for line in (folder / "edges").read_text().splitlines():
            high, low = (int(word) for word in line.split())
            wanted = 400 if high < 600 else 800
            self.assertLessEqual(abs(high - wanted), 50, line)
            # Between two bytes it may take longer.
            self.assertTrue(-100 <= high + low - 1250 <= 400, line)


if __name__ == "__main__":
    unittest.main()
