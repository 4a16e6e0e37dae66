# SPDX-License-Identifier: MIT
"""Kinds that own several cores and memory regions: SD card, Ethernet, SPI flash, in the layouts of old and new LiteX."""

import os
import re

from tests.soc.case import CORES, GenerateTest, make_csr_json

EVENTS = ("ev_status", "ev_pending", "ev_enable")
DMA = [
    ("dma_base", 64, "rw"),
    ("dma_length", 32, "rw"),
    ("dma_enable", 1, "rw"),
    ("dma_done", 1, "ro"),
    ("dma_loop", 1, "rw"),
    ("dma_offset", 32, "ro"),
]
SD_PHY = [("card_detect", 1, "ro"), ("clocker_divider", 9, "rw"), ("init_initialize", 1, "rw")]
SD_PHY += [("dataw_status", 3, "ro")]
SD_PHY_2026 = [
    *SD_PHY,
    ("cmdr_timeout", 32, "rw"),
    ("datar_timeout", 32, "rw"),
    ("settings", 2, "rw"),
]
SD_CORE = [
    ("cmd_argument", 32, "rw"),
    ("cmd_command", 32, "rw"),
    ("cmd_send", 1, "rw"),
    ("cmd_response", 128, "ro"),
    ("cmd_event", 4, "ro"),
    ("data_event", 4, "ro"),
    ("block_length", 10, "rw"),
    ("block_count", 32, "rw"),
]
IRQ = [("status", 5, "ro"), ("pending", 5, "rw"), ("enable", 5, "rw")]
MAC = [
    *((f"sram_writer_{name}", 32, "ro") for name in ("slot", "length", "errors")),
    *((f"sram_writer_{name}", 1, "rw") for name in EVENTS),
    *((f"sram_reader_{name}", 1, "rw") for name in ("start", "ready", "level", "slot", "length")),
    *((f"sram_reader_{name}", 1, "rw") for name in EVENTS),
    ("preamble_crc", 1, "ro"),
    ("rx_datapath_preamble_errors", 32, "ro"),
    ("rx_datapath_crc_errors", 32, "ro"),
]
PHY = [("crg_reset", 1, "rw"), ("mdio_w", 3, "rw"), ("mdio_r", 1, "ro")]
SLOTS = {"ethmac_rx_slots": 2, "ethmac_tx_slots": 4, "ethmac_slot_size": 2048}
MASTER = [(f"master_{name}", 32, "rw") for name in ("cs", "phyconfig", "rxtx", "status")]


def prefixed(prefix, registers):
    return [(prefix + name, bits, access) for name, bits, access in registers]


def sdcard_2024(read=True, write=True):
    """The five cores of LiteX 2024.12, by the names of their own registers."""
    cores = {"sdcard_block2mem": DMA} if read else {}
    cores |= {"sdcard_core": SD_CORE, "sdcard_irq": IRQ}
    cores |= {"sdcard_mem2block": DMA} if write else {}
    return {**CORES, **cores, "sdcard_phy": SD_PHY}


def sdcard_2026(read=True, write=True):
    """The one core of later LiteX."""
    registers = prefixed("phy_", SD_PHY_2026) + prefixed("core_", SD_CORE)
    registers += prefixed("block2mem_", DMA) if read else []
    registers += prefixed("mem2block_", DMA) if write else []
    return {**CORES, "sdcard": registers + prefixed("ev_", IRQ)}


class CompositeTest(GenerateTest):
    """What the tests share."""

    def one(self, array, data, **options):
        """The only descriptor of an array, after the tables were compiled."""
        self.generate(data, **options)
        self.probe()
        found = self.descriptors(array)
        self.assertEqual(len(found), 1, found)
        return found[0]

    def assert_registers(self, found, data, names):
        """Members hold the addresses and words of csr.json's registers: member to the register's full name."""
        for member, name in names.items():
            info = data["csr_registers"][name]
            self.assertRegex(found[member], rf"^\{{0x{info['addr']:08x}, {info['size']}, ", member)


class SdcardTest(CompositeTest):
    """soc_sdcard[]."""

    MASKS = ("card_detect", "block2mem_dma", "mem2block_dma", "data_done", "cmd_done")

    def masks(self, found):
        return [int(found.get(f"{name}_event", "0"), 0) for name in self.MASKS]

    def header(self, register, fields):
        """Write a csr.h that names the fields of an event register."""
        generated = os.path.join(self.folder, "software", "include", "generated")
        os.makedirs(generated, exist_ok=True)
        with open(os.path.join(generated, "csr.h"), "w") as file:
            for offset, name in enumerate(fields):
                file.write(f"#define CSR_{register.upper()}_{name.upper()}_OFFSET {offset}\n")

    def test_five_cores(self):
        """All registers, the interrupt of the events' core, and all cores are of the kind."""
        for width in (32, 8):
            data = make_csr_json(sdcard_2024(), width=width, sdcard_irq_interrupt=7)
            found = self.one("sdcard", data)
            self.assertEqual((found["name"], found["irq"]), ('"sdcard"', "7"))
            expected = {f"phy_{name}": f"sdcard_phy_{name}" for name, _, _ in SD_PHY}
            expected |= {f"core_{name}": f"sdcard_core_{name}" for name, _, _ in SD_CORE}
            for side in ("block2mem", "mem2block"):
                expected |= {f"{side}_{name}": f"sdcard_{side}_{name}" for name, _, _ in DMA}
            expected |= {f"ev_{name}": f"sdcard_irq_{name}" for name, _, _ in IRQ}
            self.assert_registers(found, data, expected)
            self.assertIn(f", {128 // width}, CSR_ACCESS_RO, 128}}", found["core_cmd_response"])
            self.assertNotIn("phy_settings", found)
            self.assertEqual(self.masks(found), [1, 2, 4, 0, 8])
            kinds_found = dict(line.split()[:2] for line in self.probe()["core"])
            for part in ("block2mem", "core", "irq", "mem2block", "phy"):
                self.assertEqual(kinds_found[f"sdcard_{part}"], "sdcard")

    def test_one_core(self):
        """The same members, and those that are new."""
        data = make_csr_json(sdcard_2026(), sdcard_interrupt=3)
        data["cores"] = {"sdcard": "LiteSDCard"}
        found = self.one("sdcard", data)
        self.assertEqual((found["name"], found["irq"]), ('"sdcard"', "3"))
        names = [name for name in data["csr_registers"] if name.startswith("sdcard_")]
        self.assert_registers(found, data, {name.removeprefix("sdcard_"): name for name in names})
        self.assertIn("phy_settings", found)
        self.assertEqual(self.masks(found), [1, 2, 4, 8, 16])

    def test_cores_of_one_direction(self):
        """Have no registers of the other and other bits of events."""
        for make, done in ((sdcard_2024, []), (sdcard_2026, [4])):
            found = self.one("sdcard", make_csr_json(make(write=False)))
            self.assertNotIn("mem2block_dma_base", found)
            self.assertEqual(self.masks(found), [1, 2, 0, *(done or [0]), 8 if done else 4])
            found = self.one("sdcard", make_csr_json(make(read=False)))
            self.assertNotIn("block2mem_dma_base", found)
            self.assertEqual(self.masks(found), [1, 0, 2, *(done or [0]), 8 if done else 4])

    def test_header_tells_the_events(self):
        """As between July and November 2025: one core without data_done."""
        self.header(
            "sdcard_ev_pending", ("card_detect", "block2mem_dma", "mem2block_dma", "cmd_done")
        )
        self.assertEqual(
            self.masks(self.one("sdcard", make_csr_json(sdcard_2026()))), [1, 2, 4, 0, 8]
        )
        self.header("sdcard_irq_pending", ("cmd_done", "card_detect"))
        self.assertEqual(
            self.masks(self.one("sdcard", make_csr_json(sdcard_2024()))), [2, 0, 0, 0, 1]
        )

    def test_two_cards(self):
        """And a core of the user's own beside them."""
        cores = sdcard_2024()
        cores |= {
            name.replace("sdcard", "emmc"): value
            for name, value in cores.items()
            if "sdcard" in name
        }
        cores["sd_dma_reader"] = [
            (name.removeprefix("dma_"), bits, access) for name, bits, access in DMA
        ]
        self.generate(make_csr_json(cores))
        self.probe()
        self.assertEqual(
            [found["name"] for found in self.descriptors("sdcard")], ['"sdcard"', '"emmc"']
        )
        self.assertEqual(
            [found["name"] for found in self.descriptors("dma_reader")], ['"sd_dma_reader"']
        )

    def test_incomplete(self):
        """A core without the part that takes commands is not a card; hidden parts are left out."""
        cores = sdcard_2024()
        del cores["sdcard_core"]
        self.generate(make_csr_json(cores))
        self.assertEqual(self.descriptors("sdcard"), [])
        self.toml('[cores.sdcard_mem2block]\nkind = "none"\n')
        found = self.one("sdcard", make_csr_json(sdcard_2024()))
        self.assertIn("block2mem_dma_base", found)
        self.assertNotIn("mem2block_dma_base", found)
        self.toml('[cores.sdcard_core]\nkind = "none"\n')
        self.generate(make_csr_json(sdcard_2024()))
        self.assertEqual(self.descriptors("sdcard"), [])


class EthernetTest(CompositeTest):
    """soc_ethmac[]."""

    def data(self, mac=MAC, phy=PHY, views=True, **constants):
        data = make_csr_json({**CORES, "ethmac": mac, "ethphy": phy}, **SLOTS, **constants)
        data["memories"]["ethmac"] = {"base": 0x80000000, "size": 0x3000, "type": "io"}
        if views:
            data["memories"]["ethmac_rx"] = {"base": 0x80000000, "size": 0x1000, "type": "io"}
            data["memories"]["ethmac_tx"] = {"base": 0x80001000, "size": 0x2000, "type": "io"}
        return data

    def test_mac_and_phy(self):
        """All registers of both, and the buffers, with and without regions for the sides."""
        for views in (True, False):
            data = self.data(views=views, ethmac_interrupt=2)
            found = self.one("ethmac", data)
            self.assertEqual((found["name"], found["irq"]), ('"ethmac"', "2"))
            expected = {name: f"ethmac_{name}" for name, _, _ in MAC}
            expected |= {"phy_reset": "ethphy_crg_reset"}
            expected |= {f"phy_{name}": f"ethphy_{name}" for name in ("mdio_w", "mdio_r")}
            self.assert_registers(found, data, expected)
            numbers = [
                found[name] for name in ("rx_base", "tx_base", "rx_slots", "tx_slots", "slot_size")
            ]
            self.assertEqual(numbers, ["0x80000000", "0x80001000", "2", "4", "2048"])
            self.assertNotIn("keep_phy", found)
            self.assertNotIn("sram_writer_timestamp", found)

    def test_variants(self):
        """Time stamps, software_debug without preamble and FCS, an RGMII PHY, Etherbone beside it."""
        stamps = [(f"sram_{side}_timestamp", 64, "ro") for side in ("writer", "reader")]
        stamps.append(("sram_reader_timestamp_slot", 1, "ro"))
        bare = [entry for entry in MAC if not re.search("preamble|crc", entry[0])]
        found = self.one("ethmac", self.data(mac=bare + stamps, eth_phy_no_reset=None))
        self.assertIn(", 2, CSR_ACCESS_RO", found["sram_writer_timestamp"])
        self.assertNotIn("preamble_crc", found)
        self.assertEqual(found["keep_phy"], "true")
        found = self.one("ethmac", self.data(phy=[("rx_inband_status", 4, "ro")]))
        self.assertIn("phy_rx_inband_status", found)
        self.assertNotIn("phy_mdio_w", found)

    def test_which_phy(self):
        """The one of the same number, else the only one; with two others none is guessed."""
        cores = {**CORES, "ethmac0": MAC, "ethmac1": MAC, "ethphy0": PHY, "ethphy1": PHY}
        data = make_csr_json(cores)
        self.generate(data)
        for found, number in zip(self.descriptors("ethmac"), (0, 1), strict=True):
            self.assert_registers(found, data, {"phy_mdio_w": f"ethphy{number}_mdio_w"})
        self.assertIn(
            "phy_mdio_w", self.one("ethmac", make_csr_json({**CORES, "net": MAC, "ethphy": PHY}))
        )
        cores = {**CORES, "ethmac": MAC, "left_ethphy": PHY, "right_ethphy": PHY}
        self.assertNotIn("phy_mdio_w", self.one("ethmac", make_csr_json(cores)))


class SpiFlashTest(CompositeTest):
    """soc_litespi[]."""

    CONSTANTS = {
        "spiflash_phy_frequency": 20000000,
        "spiflash_module_total_size": 1 << 24,
        "spiflash_module_page_size": 256,
    }
    OLD = {
        **CORES,
        "spiflash_core": [("mmap_dummy_bits", 8, "rw"), *MASTER],
        "spiflash_phy": [("clk_divisor", 8, "rw")],
    }
    NEW = {
        **CORES,
        "spiflash": [
            ("mmap_clk_divisor", 8, "rw"),
            ("mmap_dummy_bits", 8, "rw"),
            *MASTER,
            ("master_clk_divisor", 8, "rw"),
            *((f"master_{name}", 1, "rw") for name in EVENTS),
            ("phy_clk_divisor", 8, "rw"),
            ("phy_mode", 2, "rw"),
        ],
    }

    def data(self, cores, **constants):
        data = make_csr_json(cores, **{**self.CONSTANTS, **constants})
        data["memories"]["spiflash"] = {"base": 0x20000000, "size": 1 << 24, "type": "cached"}
        return data

    def assert_region(self, found):
        self.assertEqual(found["name"], '"spiflash"')
        numbers = [
            found[name] for name in ("base", "size", "phy_hz", "module_size", "module_page_size")
        ]
        self.assertEqual(numbers, ["0x20000000", "0x01000000", "20000000", "16777216", "256"])

    def test_two_cores(self):
        """Of LiteX 2024.12."""
        data = self.data(self.OLD)
        found = self.one("litespi", data)
        self.assert_region(found)
        expected = {name: f"spiflash_core_{name}" for name, _, _ in self.OLD["spiflash_core"]}
        self.assert_registers(
            found, data, {**expected, "phy_clk_divisor": "spiflash_phy_clk_divisor"}
        )
        for name in ("master_clk_divisor", "mmap_clk_divisor", "phy_mode", "master_ev_pending"):
            self.assertNotIn(name, found)

    def test_one_core(self):
        """Of later LiteX, with an interrupt."""
        data = self.data(self.NEW, spiflash_interrupt=5)
        found = self.one("litespi", data)
        self.assert_region(found)
        self.assertEqual(found["irq"], "5")
        self.assert_registers(
            found, data, {name: f"spiflash_{name}" for name, _, _ in self.NEW["spiflash"]}
        )

    def test_without_master_and_with_a_fixed_clock(self):
        """A flash that can only be read; a PHY of the DDR type has no divisor."""
        found = self.one(
            "litespi", self.data({**CORES, "spiflash_core": [("mmap_dummy_bits", 8, "rw")]})
        )
        self.assert_region(found)
        self.assertNotIn("master_cs", found)
        found = self.one(
            "litespi", self.data({**CORES, "spiflash_core": self.OLD["spiflash_core"]})
        )
        self.assertIn("master_cs", found)
        self.assertNotIn("phy_clk_divisor", found)

    def test_regions_of_litex_toml(self):
        """What the user states of the flash's parts; a part that is empty is stated, too."""
        data = self.data(self.OLD, flash_boot_address=0x20400000)
        self.toml("[flash.spiflash]\nbitstream = [0, 0x20_0000]\nfirmware = [0x40_0000, 0]\n")
        found = self.one("litespi", data)
        self.assertEqual(found["stated_regions"], str(1 << 0 | 1 << 2))
        self.assertEqual((found["bitstream_start"], found["bitstream_bytes"]), ("0", "2097152"))
        self.assertEqual((found["firmware_start"], found["firmware_bytes"]), ("4194304", "0"))
        self.assertEqual(found["boot_address"], str(0x20400000))
        self.toml("[flash.spiflash]\nfiles = [0x80_0000, 0x100_0000]\n")
        self.assert_fails(
            "flash.spiflash.files ends at 0x1800000, beyond the flash's 0x1000000 bytes"
        )
        self.toml("[flash.flash2]\nfiles = [0x80_0000, 0x1000]\n")
        self.assert_fails("flash.flash2 is not a SPI flash of this SoC; it has spiflash")

    def test_ram_is_not_a_flash(self):
        """LiteSPI on a PSRAM has the same registers."""
        cores = {name.replace("spiflash", "spiram"): value for name, value in self.OLD.items()}
        self.generate(make_csr_json(cores))
        self.assertEqual(self.descriptors("litespi"), [])
