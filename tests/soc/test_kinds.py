# SPDX-License-Identifier: MIT
"""The table of kinds."""

import os
import re
import unittest

from soc import kinds
from tests.soc.case import TOP


class KindsTest(unittest.TestCase):
    """The table itself."""

    def test_structs_have_the_registers(self):
        """Each driver's header declares what the generator fills in, and nothing else."""
        for kind in kinds.KINDS:
            driver = kind.driver
            if driver is None:
                continue
            with open(os.path.join(TOP, driver.header)) as file:
                text = re.sub(r"//.*", "", file.read())
            body = re.search(r"typedef struct (?:\w+ )?\{([^}]*)\} " + driver.type + ";", text)[1]
            members = re.findall(r"csr_reg_t (\w+);", body)
            self.assertEqual(members, [*driver.registers, *(driver.linked or {})])
            self.assertEqual("uint16_t pins;" in body, bool(driver.pins))
            self.assertEqual("uint32_t base;" in body, driver.base)
            self.assertEqual("uint32_t memory;" in body, driver.frame)
            for name in driver.constants or ():
                self.assertRegex(body, rf"uint\d+_t {name};")
            for name in driver.peers or ():
                self.assertIn(f" *{name};", body)
            self.assertEqual("uint32_t size;" in body, driver.size)
            for field in driver.fields or {}:
                self.assertIn(f" {field};", body)
            if driver.channels is None:
                used = {*kind.required, *kind.optional}
                self.assertLessEqual(
                    {name for name in used if "pwm" not in name}, set(driver.registers)
                )
            bases = re.findall(r"uint32_t (\w+_base);", body)
            self.assertEqual(bases, list(driver.regions or {}))

    def test_names_decide(self):
        """Where a signature is shared."""
        for core, registers, kind in (
            ("leds", {"out"}, "leds"),
            ("user_led", {"out"}, "leds"),
            ("led0", {"out"}, "leds"),
            ("rgb_leds", {"out"}, "leds"),
            ("gpio_leds", {"out"}, "leds"),
            ("ledger", {"out"}, "gpio_out"),
            ("relay", {"out"}, "gpio_out"),
            ("spisdcard", {"control", "status", "mosi", "miso"}, "spi_sdcard"),
            ("spi_pmod", {"control", "status", "mosi", "miso"}, "spi"),
            ("sound_reader", set(kinds.DMA), "dma_reader"),
            ("adc_writer", set(kinds.DMA), "dma_writer"),
            ("ethmac", {"sram_writer_slot", "sram_writer_length", "sram_reader_start"}, "ethmac"),
            ("ethphy", {"crg_reset", "mdio_w", "mdio_r"}, "ethphy"),
            ("nothing", set(), None),
            ("odd", {"one", "two"}, None),
        ):
            found = kinds.find_kind(core, registers)
            self.assertEqual(found and found.name, kind, core)
        self.assertEqual(kinds.find_memory_kind("ws2812").name, "ws2812")
        self.assertIsNone(kinds.find_memory_kind("main_ram"))
