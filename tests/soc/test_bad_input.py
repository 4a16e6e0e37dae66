# SPDX-License-Identifier: MIT
"""Input that cannot be used."""

import copy
import json
import os
import random

from tests.soc.case import FILES, TIMER, UART, GenerateTest, make_csr_json, make_folder, run


class BadInputTest(GenerateTest):
    """One line, status 2, nothing written."""

    def test_files(self):
        """Missing, unreadable, no JSON."""
        self.assert_fails(
            r"csr.json: No such file or directory; give the folder that LiteX built into"
        )
        make_folder(self.folder, make_csr_json())
        path = os.path.join(self.folder, "csr.json")
        with open(path) as file:
            good = file.read()
        for text in (
            b"",
            b"{",
            good[:-5].encode(),
            b"\xff\xfe",
            b"[" * 100000,
            b"NaN",
            b"[]",
            b"3",
        ):
            with open(path, "wb") as file:
                file.write(text)
            with self.subTest(text[:20]):
                self.assert_fails(r"csr.json: .*(generate it again|give the folder)")
        with open(path, "w") as file:
            file.write(good)
        mak = os.path.join(self.folder, "software", "include", "generated", "variables.mak")
        with open(mak, "w") as file:
            file.write("TRIPLE=x\n")
        self.assert_fails("variables.mak: has no CPUFLAGS")
        os.remove(mak)
        self.assert_fails("variables.mak: No such file")

    def test_content(self):
        """Each thing that can be wrong in csr.json."""

        def change(section, key, value):
            data = make_csr_json()
            if value is None:
                del data[section][key]
            else:
                data[section][key] = value
            return data

        register = {"addr": 0xF0002000, "size": 1, "type": "rw"}
        for data, phrase in (
            ({}, "has no section csr_bases"),
            ({**make_csr_json(), "memories": []}, "has no section memories"),
            (change("csr_bases", "leds", "here"), "csr_bases.leds is not a 32-bit address"),
            (change("csr_bases", "leds", 1 << 32), "csr_bases.leds is not a 32-bit address"),
            (
                change("csr_bases", "leds", 0xF0001001),
                "csr_bases.leds is 0xf0001001, which is not a mul",
            ),
            (change("csr_bases", 'x";', 3), "name in csr_bases that C cannot have"),
            (change("csr_registers", "leds_out", 3), "csr_registers.leds_out is not an object"),
            (change("csr_registers", "leds_out", {}), "leds_out.addr is not a 32-bit address"),
            (change("csr_registers", "leds_out", {**register, "addr": True}), "leds_out.addr"),
            (change("csr_registers", "leds_out", {**register, "size": 0}), "leds_out.size"),
            (change("csr_registers", "leds_out", {**register, "size": 256}), "leds_out.size"),
            (change("csr_registers", "leds_out", {**register, "type": "wo"}), "leds_out.type"),
            (change("memories", "rom", 3), "memories.rom is not an object"),
            (change("memories", "rom", {"base": -1, "size": 1}), "memories.rom.base"),
            (change("memories", "rom", {"base": 0, "size": "1"}), "memories.rom.size"),
            (change("memories", "rom", {"base": 0, "size": 1, "type": 3}), "memories.rom.type"),
            (change("constants", "a_float", float("nan")), "constants.a_float is not a finite"),
            (change("constants", "a_float", 1 << 63), "constants.a_float is neither"),
            (change("constants", "a_float", []), "constants.a_float is neither"),
            (change("constants", "config_csr_data_width", None), "config_csr_data_width is not"),
            (make_csr_json(config_csr_data_width=16), "config_csr_data_width is not 8 or 32"),
            (make_csr_json(config_csr_alignment=8), "config_csr_alignment is not 32 or 64"),
            (make_csr_json(config_clock_frequency=1000), "config_clock_frequency is not"),
            (change("constants", "config_clock_frequency", None), "config_clock_frequency is not"),
            (make_csr_json(uart_interrupt=32), "uart_interrupt is not 0 to 31"),
            (
                make_csr_json(config_cpu_family="lm32", config_cpu_name="lm32"),
                "lm32. is not a RISC-V",
            ),
            (change("constants", "config_cpu_family", None), "is not a RISC-V"),
            (make_csr_json({"timer0": TIMER}), "this SoC has no uart; the prompt needs one"),
            (make_csr_json({"uart": UART}), "this SoC has no timer; the system clock needs one"),
            (make_csr_json(config_cpu_name="nonesuch"), "has no irq.h; LiteX's headers"),
        ):
            with self.subTest(phrase):
                make_folder(self.folder, data if "constants" in data else make_csr_json())
                with open(os.path.join(self.folder, "csr.json"), "w") as file:
                    json.dump(data, file)
                self.assert_fails(phrase)

    def test_registers_and_regions_that_cannot_be(self):
        """Two at one address, odd ones, and what the firmware needs."""

        def change(section, name, **values):
            data = make_csr_json()
            data[section].setdefault(name, {"type": "cached"}).update(values)
            return data

        no_sram = make_csr_json()
        del no_sram["memories"]["sram"]
        for data, phrase in (
            (
                change("csr_registers", "leds_out", addr=0xF0000000),
                "csr_registers.(ctrl_reset|leds_out) and csr_registers.(ctrl_reset|leds_out) are both "
                "at 0xf0000000; generate it again",
            ),
            (  # the second word of one is the first of the other
                change("csr_registers", "timer0_uptime_latch", addr=0xF0001828),
                "timer0_uptime_(latch|cycles) and csr_registers.timer0_uptime_(latch|cycles) are both at",
            ),
            (
                change("csr_registers", "leds_out", addr=0xF0001002),
                "leds_out.addr is 0xf0001002, which",
            ),
            (
                change("memories", "sram", base=0x10000001),
                "memories.sram begins at 0x10000001, which is not",
            ),
            (
                change("memories", "sram", base=0x40000000),
                r"memories.sram \(0x40000000 to 0x40001fff\) and memories.main_ram \(.*\) overlap; move",
            ),
            (
                change("memories", "rom", base=0xF0000000),
                "memories.rom .* and memories.csr .* overlap",
            ),
            (
                change("memories", "flash", base=0x10001000, size=0x2000),
                "memories.sram .* and memories.flash .* overlap",
            ),
            (
                no_sram,
                "this SoC has no sram, where the firmware keeps its stack and its data; do not pass",
            ),
            (change("memories", "sram", size=0), "this SoC has no sram"),
        ):
            with self.subTest(phrase):
                make_folder(self.folder, data)
                self.assert_fails(phrase)

    def test_regions_that_are_views_of_others(self):
        """rom in a flash, the sides of an Ethernet buffer, and a region around all."""
        data = make_csr_json()
        for name, base, size in (
            ("spiflash", 0, 0x100000),
            ("ethmac", 0x80000000, 0x2000),
            ("ethmac_rx", 0x80000000, 0x1000),
            ("ethmac_tx", 0x80001000, 0x1000),
            ("io", 0x80000000, 1 << 31),
        ):
            data["memories"][name] = {"base": base, "size": size, "type": "io"}
        self.generate(data)

    def test_other_build(self):
        """A soc.h of another build than csr.json."""
        make_folder(self.folder, make_csr_json())
        path = os.path.join(self.folder, "software", "include", "generated", "soc.h")
        with open(path, "w") as file:
            file.write('#define CONFIG_IDENTIFIER "Another"\n')
        self.assert_fails("soc.h: its identifier is not that of csr.json")
        os.remove(path)
        status, text = run(self.folder, "--output", self.output)
        self.assertEqual(status, 0)
        self.assertIn("soc.h is missing", text)

    def test_cpu_that_is_not_supported(self):
        """64 bits."""
        make_folder(self.folder, make_csr_json(), "-march=rv64imac -mabi=lp64")
        self.assert_fails(
            "vexriscv has 64 bits .-march=rv64imac., the firmware is for 32; build the SoC with a 32-bit CPU"
        )

    def test_output_that_cannot_be_written(self):
        """And what was there stays."""
        self.generate()
        self.output = os.path.join(self.output, "soc.mk")
        status, text = run(self.folder, "--output", self.output)
        self.assertEqual(status, 2)
        self.assertIn("give a folder that can be written", text)
        self.assertTrue(os.path.isfile(self.output))

    def test_nothing_half_written(self):
        """A good output stays whole when the next input is bad."""
        self.generate()
        before = {}
        for name in FILES:
            with open(os.path.join(self.output, name)) as file:
                before[name] = file.read()
        make_folder(self.folder, make_csr_json({"uart": UART}))
        self.assert_fails("no timer")
        for name, text in before.items():
            with open(os.path.join(self.output, name)) as file:
                self.assertEqual(file.read(), text)

    def test_svd_that_does_not_fit(self):
        """Is not used, with a warning."""
        make_folder(self.folder, make_csr_json())
        path = os.path.join(self.folder, "csr.svd")
        with open(path, "w") as file:
            file.write("<device>")
        status, text = run(self.folder, "--output", self.output)
        self.assertEqual(status, 0)
        self.assertRegex(text, "csr.svd is not used: .*line 1")
        with open(path, "w") as file:
            file.write(
                "<device><peripheral><name>LEDS</name><registers><register><name>OUT</name>"
                "<fields><field><msb>77</msb></field></fields></register></registers></peripheral></device>"
            )
        status, text = run(self.folder, "--output", self.output)
        self.assertEqual(status, 0)
        self.assertIn("leds_out has 78 bits there but 1 words in csr.json", text)

    def test_random_damage(self):
        """Ends in success or in one clear line, never in anything else."""
        random_values = (
            None,
            True,
            -1,
            0,
            1,
            255,
            1 << 31,
            1 << 64,
            1e300,
            "",
            "x",
            [],
            {},
            "\u0000",
        )
        good = make_csr_json()
        generator = random.Random(1)
        outcomes = {0: 0, 2: 0}
        for _ in range(1500):
            data = copy.deepcopy(good)
            for _ in range(generator.randint(1, 3)):
                place = data
                while True:
                    key = generator.choice(sorted(place))
                    if isinstance(place[key], dict) and place[key] and generator.random() < 0.85:
                        place = place[key]
                        continue
                    break
                action = generator.random()
                if action < 0.2:
                    del place[key]
                elif action < 0.3:
                    place[generator.choice(("", "a b", "\u00e9", "x" * 300, "uart"))] = place[key]
                else:
                    place[key] = generator.choice(random_values)
                if not data:
                    break
            make_folder(self.folder, good)
            text = json.dumps(data)
            if generator.random() < 0.3:
                at = generator.randrange(len(text))
                text = text[:at] + generator.choice('{}[],:"0x\n') + text[at + 1 :]
            with open(os.path.join(self.folder, "csr.json"), "w") as file:
                file.write(text)
            status, message = run(self.folder, "--output", self.output)
            self.assertIn(status, (0, 2))
            if status == 2:
                self.assertEqual(message.count("\n"), 1, message)
                self.assertRegex(message, "^soc/generate.py: .*; ")
            outcomes[status] += 1
        self.assertGreater(outcomes[0], 50)
        self.assertGreater(outcomes[2], 50)
