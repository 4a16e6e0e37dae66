# SPDX-License-Identifier: MIT
"""What LiteX of 2025 and 2026 writes otherwise than 2024.12, other than the layouts in test_composites.py."""

import json
import os

from soc import kinds
from soc.kinds import video
from tests.soc.case import (
    CORES,
    EVENTS,
    TIMER,
    UART,
    GenerateTest,
    make_csr_json,
    make_folder,
    run,
)

PULSES = [("mode", 4, "rw"), ("edge", 4, "rw"), *EVENTS]


class NewerLitexTest(GenerateTest):
    """On inputs of our own making."""

    def test_tuning_word_of_the_uart(self):
        """Belongs to the UART since its PHY is part of it; before, to a core of its own. Other parts do not matter."""
        xover = [("xover_rxtx", 8, "rw"), ("xover_txfull", 1, "ro")]
        for cores, name in (
            ({"uart": [*UART, ("phy_tuning_word", 32, "rw")]}, "uart_phy_tuning_word"),
            ({"uart": UART, "uart_phy": [("tuning_word", 32, "rw")]}, "uart_phy_tuning_word"),
            ({"uart": [*UART, *xover, ("phy_tuning_word", 32, "rw")]}, "uart_phy_tuning_word"),
        ):
            data = make_csr_json({**CORES, **cores})
            self.generate(data)
            found = self.descriptors("uart")[0]["phy_tuning_word"]
            addr = data["csr_registers"][name]["addr"]
            self.assertEqual(found, f"{{0x{addr:08x}, 1, CSR_ACCESS_RW, 32}}")
        self.generate(make_csr_json({**CORES, "uart": UART}))
        self.assertNotIn("phy_tuning_word", self.descriptors("uart")[0])

    def test_a_phy_without_its_uart(self):
        """That of a UARTBone; the UART of another name does not get it."""
        self.generate(make_csr_json({**CORES, "uartbone_phy": [("tuning_word", 32, "rw")]}))
        self.assertNotIn("phy_tuning_word", self.descriptors("uart")[0])
        found = dict(line.split()[:2] for line in self.probe()["core"])
        self.assertEqual((found["uart"], found["uartbone_phy"]), ("uart", "uart_phy"))

    def test_letter_case(self):
        """csr.json keeps that of texts and of cores; constants and regions are in lower case."""
        data = make_csr_json(
            {**CORES, "SPIflash": [("mmap_dummy_bits", 8, "rw")], "UserLED": [("out", 3, "rw")]}
        )
        data["constants"] |= {
            "config_identifier": "LiteX SoC on Arty A7",
            "spiflash_phy_frequency": 5,
        }
        data["constants"]["userled_interrupt"] = 9
        data["memories"]["spiflash"] = {"base": 0x20000000, "size": 1 << 24, "type": "cached"}
        make_folder(self.folder, data)
        os.remove(os.path.join(self.folder, "software", "include", "generated", "soc.h"))
        status, text = run(self.folder, "--output", self.output)
        self.assertEqual(status, 0, text)
        self.assertEqual(self.probe()["identifier"], ["LiteX SoC on Arty A7"])
        found = self.descriptors("litespi")[0]
        self.assertEqual(
            (found["name"], found["base"], found["phy_hz"]), ('"SPIflash"', "0x20000000", "5")
        )
        self.assertIn(
            "UserLED leds 4026544128 9", [line for line in self.probe()["core"] if "LED" in line]
        )

    def test_soc_header_with_the_same_letter_case(self):
        """soc.h agrees with csr.json; one of another build does not."""
        data = make_csr_json(config_identifier="LiteX SoC on Arty A7")
        self.generate(data)
        self.assertEqual(self.probe()["identifier"], ["LiteX SoC on Arty A7"])
        data["constants"]["config_identifier"] = "LiteX SoC on Arty S7"
        with open(os.path.join(self.folder, "csr.json"), "w") as file:
            json.dump(data, file)
        self.assert_fails("soc.h: its identifier is not that of csr.json")

    def test_ordering_in_csr_json(self):
        """LiteX says it since September 2025."""
        for order in ("big", "little"):
            self.generate(make_csr_json(**{f"config_csr_ordering_{order}": None}))
            self.assertEqual(self.config()["SOC_CSR_ORDERING_BIG"], str(int(order == "big")))

    def test_pins_with_pulses(self):
        """The registers of a GPIO did not change with its events."""
        cores = {**CORES, "gpio": [("oe", 4, "rw"), ("in", 4, "ro"), ("out", 4, "rw"), *PULSES]}
        self.generate(make_csr_json(cores, gpio_interrupt=4))
        self.assertEqual(self.probe()["gpio"], ["gpio 32 1111"])
        self.assertEqual(self.config()["SOC_HAS_GPIO_EVENT"], "1")
        self.assertIn('"gpio"', [found["name"] for found in self.descriptors("event")])

    def test_classes_decide(self):
        """Where csr.json names LiteX's class, the core's name does not matter."""
        dma = [(name, video.DMA_WIDTHS[name], "rw") for name in video.DMA]
        cores = {
            **CORES,
            "bar": [("out", 8, "rw")],
            "player": dma,
            "my_reader": dma,
            "leds2": [("out", 2, "rw")],
        }
        data = make_csr_json(cores)
        data["cores"] = {
            "bar": "LedChaser",
            "player": "WishboneDMAReader",
            "my_reader": "WishboneDMAWriter",
            "leds2": "GPIOOut",
            "uart": "UART",
        }
        self.generate(data)
        found = dict(line.split()[:2] for line in self.probe()["core"])
        self.assertEqual(found["bar"], "leds")
        self.assertEqual((found["player"], found["my_reader"]), ("dma_reader", "dma_writer"))
        self.assertEqual(found["leds2"], "leds")  # as a name still says it of a plain GPIOOut
        channels = {"temperature", "vccint", "vccaux", "eoc", "eos"}
        for litex_class, kind in (
            ("S7SystemMonitor", "xadc"),
            ("USPSystemMonitor", "sysmone4"),
            ("", "xadc"),
        ):
            self.assertEqual(kinds.find_kind("xadc", channels, litex_class=litex_class).name, kind)

    def test_odd_classes(self):
        """Are refused in a line."""
        for value, phrase in (
            ([], "cores is not an object"),
            ({"uart": 3}, "cores.uart is not a text"),
        ):
            data = make_csr_json()
            data["cores"] = value
            make_folder(self.folder, data)
            self.assert_fails(phrase)

    def test_i2c_that_reads_the_clock(self):
        """The bit-bang master's r has a second bit, so its width is not known beforehand."""
        cores = {"uart": UART, "timer0": TIMER, "i2c": [("w", 3, "rw"), ("r", 2, "ro")]}
        self.generate(make_csr_json(cores))
        self.assertRegex(self.descriptors("i2c")[0]["r"], "CSR_ACCESS_RO, 0}$")
