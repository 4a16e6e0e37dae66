# SPDX-License-Identifier: MIT
"""Xilinx's system monitors."""

import os

from tests.soc.case import CORES, GenerateTest, make_csr_json, make_folder, run


class MonitorsTest(GenerateTest):
    """Xilinx's system monitors, which look alike in csr.json."""

    REGISTERS = ("temperature", "vccint", "vccaux", "vccbram", "eoc", "eos", "drp_dat_r")

    def adc(self, instance, *more, toml=""):
        """What the tables say of a system monitor's channels.

        Args:
            instance (str): a line of the gateware's Verilog.
            *more (str): further registers.
            toml (str): the litex.toml.
        """
        registers = [(name, 1, "ro") for name in (*self.REGISTERS, *more)]
        make_folder(self.folder, make_csr_json({**CORES, "sysmon": registers}))
        os.makedirs(os.path.join(self.folder, "gateware"), exist_ok=True)
        with open(os.path.join(self.folder, "gateware", "top.v"), "w") as file:
            file.write(f"module top();\n{instance}\nendmodule\n")
        self.toml(toml)
        status, text = run(self.folder, "--output", self.output)
        self.assertEqual(status, 0, text)
        return self.probe()["adc"]

    def test_verilog_tells(self):
        """The primitive decides; without gateware it is a 7-series XADC."""
        for instance, number, bits in (
            ("", 0, 12),
            ("XADC #(", 0, 12),
            ("SYSMONE1 #(", 1, 10),
            ("SYSMONE4 #(", 2, 10),
            ("SYSMONE45 #(", 0, 12),
        ):
            with self.subTest(instance):
                widths = {"temperature": bits, "vccint": bits, "vccaux": bits, "vccbram": 0}
                self.assertEqual(
                    self.adc(instance), [f"{n} {number} {b}" for n, b in widths.items()]
                )

    def test_zynq_and_the_users_channels(self):
        """Registers that only Zynq UltraScale+ has; channels with other names; litex.toml."""
        found = self.adc("", "vccpsintlp", "vaux3")
        self.assertEqual(found[-2:], ["vccpsintlp 2 0", "vaux3 2 0"])
        toml = '[cores.sysmon]\nkind = "sysmone4"\n[cores.sysmon.width]\nvccint = 12\n'
        self.assertEqual(self.adc("", toml=toml)[:2], ["temperature 2 10", "vccint 2 12"])
