# SPDX-License-Identifier: MIT
"""What leaves the pins, edge by edge, as the wiring's captures see it: emulator, or RTL with RTL=1."""

import os
import tempfile
import unittest
from pathlib import Path
from typing import Any

from tests.device.run import BUILD, start

RTL = os.environ.get("RTL") == "1"

CLOCK_HZ = 100_000_000
WIRING = """\
device pwm1 capture file={}/pwm1
device pwm_multi[2] capture file={}/pwm_multi2
device gpio[6] ws2812 file={}/pin
device gpio[6] capture file={}/pin_edges
device ws2812 ws2812 file={}/core
device ws2812 capture file={}/core_edges
"""


class PinFiles(unittest.TestCase):
    console: Any
    folder: Path

    @classmethod
    def setUpClass(cls):
        """Start `full` with captures on its pins; one for all tests, since RTL takes its time to the prompt."""
        folder = tempfile.TemporaryDirectory(dir=BUILD)
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        wiring = cls.folder / "wiring.txt"
        wiring.write_text(WIRING.replace("{}", folder.name))
        process, cls.console = start("full", RTL, wiring)
        for close in (
            process.stdin.close,
            process.stdout.close,
            process.stderr.close,
            process.wait,
            process.kill,
        ):
            cls.addClassCleanup(close)
        cls.console.enter_raw()

    def run_script(self, script):
        """Run a script; return what it printed."""
        self.console.paste(script.encode())
        output, error = self.console.follow()
        self.assertEqual(error, b"")
        return output.decode()

    def lines(self, name):
        """Return the lines that a device has written."""
        return (self.folder / name).read_text().splitlines()

    def pulses(self, name):
        """Return a capture's lines as [(high, low)] in ns."""
        return [tuple(map(int, line.split())) for line in self.lines(name)]

    def test_pwm_to_the_cycle(self):
        """A clock cycle is 10 ns."""
        self.run_script(
            "import machine, time\n"
            "p = machine.PWM('pwm1', freq=7777, duty_ns=12340)\n"
            "q = machine.PWM('pwm_multi[2]', freq=20000, duty_u16=21845)\n"
            "time.sleep_ms(2)\n"
            "p.deinit()\n"
            "q.deinit()\n"
        )
        period = (100_000_000 + 7777 // 2) // 7777 * 10
        self.assertIn((12340, period - 12340), self.pulses("pwm1"))
        self.assertIn((16670, 50000 - 16670), self.pulses("pwm_multi2"))

    def test_leds_on_a_pin(self):
        """The bytes as sent, and each high time within 100 ns, where the data sheet allows 150."""
        data = bytes(range(0, 240, 10)) + b"\xff\x00"
        self.run_script(
            "import machine, time\n"
            f"data = {data!r}\n"
            "p = machine.Pin('gpio[6]', machine.Pin.OUT, value=0)\n"
            "machine.bitstream(p, 0, (400, 850, 800, 450), data)\n"
            "time.sleep_us(100)\n"
        )
        self.assertEqual(self.lines("pin"), [data.hex()])
        for high, low in self.pulses("pin_edges"):
            wanted = 400 if high < 600 else 800
            self.assertLessEqual(abs(high - wanted), 100, (high, low))
            # Between two bytes it may take longer.
            self.assertTrue(-100 <= high + low - 1250 <= 400, (high, low))

    def test_leds_of_the_core(self):
        """Colours as written, through the class and through its memory; the core's own times, to the cycle."""
        colours = [(n, 255 - n, 31 * n) for n in range(8)]
        self.run_script(
            "import litex, machine, time\n"
            "leds = litex.WS2812()\n"
            f"for n, colour in enumerate({colours!r}): leds[n] = colour\n"
            "time.sleep_us(1500)\n"
        )
        frame = bytes(part for r, g, b in colours for part in (g, r, b))
        # A frame in which the colours change as they are written may come before.
        self.assertEqual(self.lines("core")[-1], frame.hex())
        self.run_script(
            "machine.bitstream(leds, 0, (400, 850, 800, 450), bytes(range(1, 25)))\n"
            "time.sleep_us(1500)\n"
        )
        self.assertEqual(self.lines("core")[-1], bytes(range(1, 25)).hex())
        zero, one = (400, 850), (800, 450)
        between = 10
        pause = (int(280e-6 * 1.25 * CLOCK_HZ) + 4) * 10  # as the core's source computes it
        self.assertEqual(
            set(self.pulses("core_edges")),
            {(high, low + more) for high, low in (zero, one) for more in (0, between, pause)},
        )


if __name__ == "__main__":
    unittest.main()
