# SPDX-License-Identifier: MIT
"""The table of kinds."""

import os
import re
import unittest

from soc import kinds
from soc.kinds import video
from tests.soc.case import TOP


class KindsTest(unittest.TestCase):
    """The table itself."""

    def test_structs_have_the_registers(self):
        """Each driver's header declares what the generator fills in, and nothing else."""
        for kind in (*kinds.KINDS, kinds.EVENT_KIND):
            driver = kind.driver
            if driver is None:
                continue
            with open(os.path.join(TOP, driver.header)) as file:
                text = re.sub(r"//.*", "", file.read())
            body = re.search(r"typedef struct (?:\w+ )?\{([^}]*)\} " + driver.type + ";", text)[1]
            members = re.findall(
                r"(\w+ \*?)(?:const )?\b(\w+);", re.sub(r"const (?=\w+ \*?\w+;)", "", body)
            )
            members = [(declared.replace(" ", ""), name) for declared, name in members]
            self.assertEqual(members[:2], [("char*", "name"), ("int16_t", "irq")])
            declared = {name: c_type for c_type, name in members[2:]}
            filled = {member.name: member.c_type for member in driver.members}
            # A row may leave members to zero that another row of the same array fills.
            shared = [k.driver for k in kinds.KINDS if k.driver and k.driver.array == driver.array]
            names = {member.name for one in shared or [driver] for member in one.members}
            if driver.type != "lx_dma_regs_t":
                self.assertEqual(set(declared), names, driver.header)
            else:  # only readers have a peer
                self.assertEqual(set(declared), names | {"loopback"})
            for name, c_type in filled.items():
                self.assertEqual(c_type == "csr_reg_t", declared[name] == "csr_reg_t", name)
                self.assertEqual(c_type == "*", declared[name].endswith("*"), name)
            registers = [name for name, c_type in filled.items() if c_type == "csr_reg_t"]
            in_c = [name for name, c_type in declared.items() if c_type == "csr_reg_t"]
            self.assertEqual(
                registers, [name for name in in_c if name in registers], driver.header
            )
            if driver.channels is None:
                used = {*kind.required, *kind.optional}
                sources = {
                    getattr(member, "source", "") or member.name for member in driver.members
                }
                self.assertLessEqual({name for name in used if "pwm" not in name}, sources)

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
            ("sound_reader", set(video.DMA), "dma_reader"),
            ("adc_writer", set(video.DMA), "dma_writer"),
            ("ethmac", {"sram_writer_slot", "sram_writer_length", "sram_reader_start"}, "ethmac"),
            ("ethphy", {"crg_reset", "mdio_w", "mdio_r"}, "ethphy"),
            ("sdcard_core", {"cmd_argument", "cmd_command", "cmd_send", "cmd_response"}, "sdcard"),
            ("nothing", set(), None),
            ("odd", {"one", "two"}, None),
        ):
            found = kinds.find_kind(core, registers)
            self.assertEqual(found and found.name, kind, core)
        self.assertEqual(kinds.find_memory_kind("ws2812").name, "ws2812")
        self.assertIsNone(kinds.find_memory_kind("main_ram"))
