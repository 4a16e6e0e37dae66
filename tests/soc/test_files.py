# SPDX-License-Identifier: MIT
"""What the generator writes, and when."""

import os
import re

from tests.soc.case import CORES, FILES, TOP, GenerateTest, make_csr_json


class FilesTest(GenerateTest):
    """Files keep their time where nothing has changed, and hold nothing of this machine."""

    def test_unchanged_files_keep_their_time(self):
        """So that make does not build everything again."""
        self.generate()
        paths = [os.path.join(self.output, name) for name in FILES]
        for path in paths:
            os.utime(path, (1000, 1000))
        self.generate()
        self.assertEqual({os.stat(path).st_mtime for path in paths}, {1000})
        self.generate(make_csr_json(config_clock_frequency=50000000))
        self.assertNotEqual(os.stat(os.path.join(self.output, "soc_config.h")).st_mtime, 1000)
        self.assertEqual(os.stat(os.path.join(self.output, "soc_memory.ld")).st_mtime, 1000)

    def test_a_condition_sees_the_macros_that_it_asks_for(self):
        """An #if takes a macro for 0 that no header brings: who asks for one of soc_config.h includes it."""
        self.generate()
        with open(os.path.join(self.output, "soc_config.h")) as file:
            numbers = set(re.findall(r"^#define (\w+) ", file.read(), re.M))
        asked = 0
        for room in ("port", "port/bindings", "soc", "drivers"):
            for name in sorted(os.listdir(os.path.join(TOP, room))):
                if not name.endswith((".c", ".h", ".S", ".in")):
                    continue
                with open(os.path.join(TOP, room, name)) as file:
                    text = file.read()
                conditions = " ".join(re.findall(r"^\s*#\s*(?:el)?if\b(.*)$", text, re.M))
                wanted = numbers.intersection(re.findall(r"\w+", conditions))
                asked += bool(wanted)
                if wanted and not re.search(r'#include "(soc_config|size_class)\.h"', text):
                    self.fail(f"{room}/{name} asks for {wanted} without soc_config.h")
        self.assertGreater(asked, 0)

    def test_the_shape_is_that_of_every_such_soc(self):
        """A difference in numbers alone leaves soc_shape.h unchanged: most objects depend on nothing else."""
        self.generate()
        path = os.path.join(self.output, "soc_shape.h")
        with open(path) as file:
            before = file.read()
        data = make_csr_json(base=0x82000000, config_clock_frequency=62500000)
        data["memories"]["main_ram"] = {"base": 0xC0000000, "size": 0x4000000, "type": "cached"}
        self.generate(data)
        with open(path) as file:
            self.assertEqual(file.read(), before)
        self.assertEqual(self.config()["SOC_CLOCK_TEXT"], '"62.5 MHz"')
        self.generate(make_csr_json({name: CORES[name] for name in CORES if name != "leds"}))
        with open(path) as file:
            self.assertNotEqual(file.read(), before)

    def test_no_paths_and_dates_in_what_is_compiled(self):
        """Builds in different folders are the same."""
        self.generate()
        texts = {}
        for name in FILES - {"soc.mk"}:
            with open(os.path.join(self.output, name)) as file:
                texts[name] = file.read()
            self.assertNotIn(self.temporary.name, texts[name])
        self.folder = os.path.join(self.temporary.name, "another", "folder")
        self.output = os.path.join(self.temporary.name, "another", "gen")
        self.generate()
        for name, text in texts.items():
            with open(os.path.join(self.output, name)) as file:
                self.assertEqual(file.read(), text)
