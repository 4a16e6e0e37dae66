# SPDX-License-Identifier: MIT
"""What the generator's tests share: SoCs made by hand, and a look into the tables by compiling them."""

import contextlib
import io
import json
import os
import re
import subprocess
import tempfile
import unittest

from soc import generate

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

FILES = {
    "soc_shape.h",
    "soc_config.h",
    "soc_instances.h",
    "soc_tables.c",
    "soc_memory.ld",
    "soc.mk",
}
EVENTS = [("ev_status", 1, "ro"), ("ev_pending", 1, "rw"), ("ev_enable", 1, "rw")]
TIMER = [
    ("load", 32, "rw"),
    ("reload", 32, "rw"),
    ("en", 1, "rw"),
    ("update_value", 1, "rw"),
    ("value", 32, "ro"),
    *EVENTS,
]
UPTIME = [("uptime_latch", 1, "rw"), ("uptime_cycles", 64, "ro")]
UART = [
    ("rxtx", 8, "rw"),
    ("txfull", 1, "ro"),
    ("rxempty", 1, "ro"),
    *EVENTS,
    ("txempty", 1, "ro"),
    ("rxfull", 1, "ro"),
]
CORES = {
    "ctrl": [("reset", 2, "rw"), ("scratch", 32, "rw"), ("bus_errors", 32, "ro")],
    "identifier_mem": [],
    "leds": [("out", 5, "rw")],
    "timer0": TIMER + UPTIME,
    "uart": UART,
}


def run(*arguments):
    """Run the generator in this process.

    Args:
        arguments: of its command line.

    Returns:
        tuple: exit status, text on stderr.
    """
    stderr = io.StringIO()
    with contextlib.redirect_stderr(stderr):
        status = generate.main([str(argument) for argument in arguments])
    return status, stderr.getvalue()


def make_csr_json(cores=None, width=32, base=0xF0000000, alignment=32, **changes):
    """The content of a csr.json.

    Args:
        cores (dict): name to a list of (register, bits, access).
        width (int): of the CSR bus.
        base (int): of the CSRs.
        alignment (int): of the CSR words.
        changes: constants that differ.
    """
    data = {"csr_bases": {}, "csr_registers": {}, "constants": {}, "memories": {}}
    addr = base
    for number, (core, registers) in enumerate((cores or CORES).items()):
        data["csr_bases"][core] = addr = base + 0x800 * number
        for name, bits, access in registers:
            words = (bits + width - 1) // width
            info = {"addr": addr, "size": words, "type": access}
            data["csr_registers"][f"{core}_{name}"] = info
            addr += words * alignment // 8
    data["constants"] = {
        "config_platform_name": "synthetic",
        "config_clock_frequency": 100000000,
        "config_cpu_has_interrupt": None,
        "config_cpu_variant_standard": None,
        "config_cpu_family": "riscv",
        "config_cpu_name": "vexriscv",
        "config_identifier": 'an odd "identifier" \\ {}',
        "config_csr_data_width": width,
        "config_csr_alignment": alignment,
        "config_bus_standard": "wishbone",
        "config_cpu_interrupts": 2,
        "a_float": 400e3,
        "timer0_interrupt": 1,
        "uart_interrupt": 0,
        **changes,
    }
    data["memories"] = {
        "rom": {"base": 0, "size": 0x1000, "type": "cached"},
        "sram": {"base": 0x10000000, "size": 0x2000, "type": "cached"},
        "main_ram": {"base": 0x40000000, "size": 0x1000000, "type": "cached"},
        "csr": {"base": base, "size": 0x10000, "type": "io"},
    }
    return data


def make_folder(folder, data, cpu_flags="-march=rv32i2p0_m -mabi=ilp32 -D__vexriscv__"):
    """Write what LiteX would.

    Args:
        folder (str): where to.
        data (dict): of csr.json.
        cpu_flags (str): LiteX's flags for the CPU.
    """
    generated = os.path.join(folder, "software", "include", "generated")
    os.makedirs(generated, exist_ok=True)
    with open(os.path.join(folder, "csr.json"), "w") as file:
        json.dump(data, file)
    with open(os.path.join(generated, "variables.mak"), "w") as file:
        file.write(f"CPU=vexriscv\nCPUFLAGS={cpu_flags}\nSOC_DIRECTORY=/not/there\n")
    with open(os.path.join(generated, "soc.h"), "w") as file:
        for name, value in data["constants"].items():
            if isinstance(value, str):
                value = value.replace("an odd", "An ODD")
                file.write(f'#define {name.upper()} "{value}"\n')


PROBE = r"""
#include <stdio.h>
#include "soc/soc.h"
#include "soc_instances.h"
int main(void) {
    for (unsigned i = 0; i < soc_register_count; i++) {
        csr_reg_t r = soc_registers[i].reg;
        printf("register %s %u %u %u %u %u\n", soc_registers[i].name, r.addr, r.words, r.access, r.bits, csr_bits(r));
    }
    for (unsigned i = 0; i < soc_memory_count; i++) {
        printf("memory %s %u %u %s\n", soc_memories[i].name, soc_memories[i].base, soc_memories[i].size,
            soc_memories[i].type);
    }
    for (unsigned i = 0; i < soc_constant_count; i++) {
        const soc_constant_t *c = &soc_constants[i];
        printf("constant %s %lld %s\n", c->name, (long long)c->number, c->text ? c->text : "-");
    }
    for (unsigned i = 0; i < soc_core_count; i++) {
        printf("core %s %s %u %d\n", soc_cores[i].name, soc_cores[i].kind[0] ? soc_cores[i].kind : "-",
            soc_cores[i].base, soc_cores[i].irq);
    }
    printf("identifier %s\n", soc_identity.identifier);
    printf("hash %u %d\n", soc_identity.map_hash, soc_identity.has_map_hash);
    printf("csr %u %u %d %u\n", soc_identity.csr_data_width, soc_identity.csr_alignment,
        soc_identity.csr_ordering_big, soc_identity.csr_base);
    for (unsigned i = 0; i < SOC_UART_COUNT; i++) {
        printf("uart %s %d %u %u\n", soc_uart[i].name, soc_uart[i].irq, soc_uart[i].rxtx.addr,
            soc_uart[i].phy_tuning_word.words);
    }
    for (unsigned i = 0; i < SOC_TIMER_COUNT; i++) {
        printf("timer %s %d %d\n", soc_timer[i].name, soc_timer[i].irq, lx_timer_has_uptime(&soc_timer[i]));
    }
    #if SOC_HAS_LEDS
    for (unsigned i = 0; i < SOC_LEDS_COUNT; i++) {
        printf("leds %s %u %u %u\n", soc_leds[i].name, soc_leds[i].pins, soc_leds[i].out.addr, soc_leds[i].out.words);
    }
    #endif
    #if SOC_HAS_GPIO
    for (unsigned i = 0; i < SOC_GPIO_COUNT; i++) {
        printf("gpio %s %u %d%d%d%d\n", soc_gpio[i].name, soc_gpio[i].pins, lx_gpio_can_input(&soc_gpio[i]),
            lx_gpio_can_output(&soc_gpio[i]), lx_gpio_has_oe(&soc_gpio[i]), lx_gpio_can_interrupt(&soc_gpio[i]));
    }
    #endif
    #if SOC_HAS_PWM
    for (unsigned i = 0; i < SOC_PWM_COUNT; i++) {
        const lx_pwm_regs_t *p = &soc_pwm[i];
        printf("pwm %s %u %u %u %u %u\n", p->name, p->enable.addr, p->width.addr, p->period.addr,
            p->run.addr, p->run_width.addr);
    }
    #endif
    #if SOC_HAS_ADC
    for (unsigned i = 0; i < SOC_ADC_COUNT; i++) {
        printf("adc %s %d %u\n", soc_adc[i].name, soc_adc[i].monitor, soc_adc[i].value.bits);
    }
    #endif
    #if SOC_HAS_WATCHDOG
    printf("watchdog %s %u\n", soc_watchdog[0].name, csr_bits(soc_watchdog[0].cycles));
    #endif
    #if SOC_HAS_WS2812
    printf("ws2812 %s %u %u\n", soc_ws2812[0].name, soc_ws2812[0].base, lx_ws2812_count(&soc_ws2812[0]));
    #endif
    #if SOC_HAS_IDENTIFIER
    printf("identifier_mem %u\n", soc_identifier[0].base);
    #endif
    #if SOC_HAS_DMA_READER
    for (unsigned i = 0; i < SOC_DMA_READER_COUNT; i++) {
        printf("loopback %s %s\n", soc_dma_reader[i].name,
            soc_dma_reader[i].loopback != NULL ? soc_dma_reader[i].loopback->name : "-");
    }
    #endif
    #if SOC_HAS_VIDEO
    printf("video %u %u %u %u %u\n", soc_video[0].hres, soc_video[0].vres, soc_video[0].depth, soc_video[0].memory,
        soc_video[0].memory_bytes);
    printf("bgr %u\n", soc_video[0].bgr);
    #endif
    printf("roles %d %d\n", SOC_CONSOLE_UART, SOC_TICK_TIMER);
    return 0;
}
"""


class GenerateTest(unittest.TestCase):
    """What the tests share: a folder each, and a look into the tables by compiling them."""

    def setUp(self):
        """Make the folders."""
        self.temporary = tempfile.TemporaryDirectory(prefix="soc-test-")
        self.addCleanup(self.temporary.cleanup)
        self.folder = os.path.join(self.temporary.name, "build")
        self.output = os.path.join(self.temporary.name, "gen")

    def toml(self, text):
        """Write a litex.toml.

        Args:
            text (str): what it says.
        """
        os.makedirs(self.folder, exist_ok=True)
        with open(os.path.join(self.folder, "litex.toml"), "w") as file:
            file.write(text)

    def generate(self, data=None, warn=False, **options):
        """Generate from a synthetic csr.json, which has to succeed.

        Args:
            data (dict): its content.
            warn (bool): whether warnings are expected.
            options: of make_folder.
        """
        make_folder(self.folder, data or make_csr_json(), **options)
        status, text = run(self.folder, "--output", self.output)
        self.assertEqual(status, 0, text)
        self.assertEqual(bool(text), warn, text)
        self.assertEqual(set(os.listdir(self.output)), FILES)
        return text

    def probe(self, *flags):
        """Compile the tables for the host and return what is in them: word to the list of the lines' rests.

        Args:
            flags: for the compiler.
        """
        source = os.path.join(self.temporary.name, "probe.c")
        program = os.path.join(self.temporary.name, "probe")
        with open(source, "w") as file:
            file.write(PROBE)
        command = ["gcc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-DCSR_ACCESSORS_DEFINED"]
        mock = os.path.join(TOP, "tests", "host", "mock")
        command += [*flags, f"-I{TOP}", f"-I{self.output}", "-idirafter", mock, source]
        command += [os.path.join(self.output, "soc_tables.c"), "-o", program]
        subprocess.run(command, check=True, timeout=60)
        result = {}
        text = subprocess.run(
            [program], check=True, capture_output=True, timeout=60
        ).stdout.decode()
        for line in text.splitlines():
            word, _, rest = line.partition(" ")
            result.setdefault(word, []).append(rest)
        return result

    def config(self):
        """The macros of soc_config.h, with those of soc_shape.h."""
        macros = {}
        for name in ("soc_shape.h", "soc_config.h"):
            with open(os.path.join(self.output, name)) as file:
                macros.update(re.findall(r"^#define (\w+) (.+)$", file.read(), re.M))
        return macros

    def descriptors(self, array):
        """The descriptors in soc_tables.c of a driver's array: for each, member to its C value."""
        with open(os.path.join(self.output, "soc_tables.c")) as file:
            text = file.read()
        table = re.search(rf" soc_{array}\[\w+\] = \{{\n(.*?)\n\}};", text, re.S)
        entries = (
            re.findall(r"^    \{\n(.*?)^    \},", table[1] + "\n", re.S | re.M) if table else []
        )
        return [dict(re.findall(r"^        \.(\w+) = (.*),$", entry, re.M)) for entry in entries]

    def assert_fails(self, phrase, *arguments):
        """The generator ends with status 2, one line that says the phrase, and nothing is written.

        Args:
            phrase (str): a regular expression.
            arguments: of its command line after the folder.
        """
        before = os.path.exists(self.output) and sorted(os.listdir(self.output))
        status, text = run(self.folder, "--output", self.output, *arguments)
        self.assertEqual(status, 2, text)
        self.assertRegex(text, phrase)
        self.assertEqual(text.count("\n"), 1, text)
        self.assertEqual(before, os.path.exists(self.output) and sorted(os.listdir(self.output)))
