# SPDX-License-Identifier: MIT
"""Tests of soc/generate.py: on SoCs made by hand, by LiteX, and on input that is broken in every way."""

import contextlib
import copy
import hashlib
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, TOP)

from soc import generate, kinds, litex_output  # noqa: E402

BUILD = os.environ.get("BUILD") or os.path.join(TOP, "build")
CACHE = os.path.join(BUILD, "tests", "host", "generated")
REFERENCE_SOCS = ("mini", "base", "bench", "phy", "sdram", "full")
# Each generates in about a second without vendor tools: name to the options beyond the default.
BOARDS = {
    "digilent_arty": "--with-ethernet --with-sdcard --with-spi-flash --timer-uptime --with-xadc --with-dna",
    "digilent_nexys_video": "--with-ethernet --with-spi-sdcard --with-video-framebuffer",
    "digilent_nexys4ddr": "",
    "fpgawars_alhambra2": "",
    "icebreaker": "",
    "lattice_crosslink_nx_evn": "",
    "muselab_icesugar": "",
    "radiona_ulx3s": "",
    "sipeed_tang_primer_20k": "",
    "terasic_de10nano": "",
}
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


def gateware_digest():
    """What the SoCs of this folder are made from."""
    digest = hashlib.sha256()
    for path in sorted(Path(TOP).glob("gateware/**/*.py")) + [
        Path(TOP, "tests/host/many_cores.py")
    ]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def once(name, command):
    """Generate a SoC's folder, unless an earlier run has. Runs at the same time do not disturb each other.

    Args:
        name (str): of the folder.
        command (list): after the Python interpreter, with {} for the folder.
    """
    folder = os.path.join(CACHE, name)
    marker = os.path.join(folder, "command")
    made_by = " ".join([*command, gateware_digest()])
    if os.path.exists(marker):
        with open(marker) as file:
            if file.read() == made_by:
                return folder
    os.makedirs(CACHE, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=CACHE) as temporary:
        made = os.path.join(temporary, "made")
        os.makedirs(made)
        # Some targets leave files where they run, so let that be the folder, too.
        done = subprocess.run(
            [sys.executable, *(part.format(made) for part in command)],
            cwd=made,
            env={**os.environ, "PYTHONPATH": TOP},
            capture_output=True,
            text=True,
            timeout=300,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        with open(os.path.join(made, "command"), "w") as file:
            file.write(made_by)
        if os.path.exists(folder):
            os.rename(folder, os.path.join(temporary, "old"))
        os.rename(made, folder)
    return folder


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
            lx_gpio_can_output(&soc_gpio[i]), lx_gpio_can_switch(&soc_gpio[i]), lx_gpio_can_interrupt(&soc_gpio[i]));
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


class TablesTest(GenerateTest):
    """The tables say what csr.json says."""

    def test_every_shape_of_the_bus(self):
        """Widths, orderings, bases and alignments."""
        for width in (8, 32):
            for ordering in ("big", "little"):
                for base, alignment in ((0xF0000000, 32), (0x82000000, 32), (0xE0000000, 64)):
                    with self.subTest(width=width, ordering=ordering, base=base):
                        self.toml(f'csr_ordering = "{ordering}"')
                        data = make_csr_json(width=width, base=base, alignment=alignment)
                        self.generate(data)
                        found = self.probe()
                        expected = []
                        for name in sorted(data["csr_registers"]):
                            info = data["csr_registers"][name]
                            access = {"ro": 1, "rw": 3}[info["type"]]
                            core = max((c for c in CORES if name.startswith(c + "_")), key=len)
                            short = name[len(core) + 1 :]
                            bits = next(bits for reg, bits, _ in CORES[core] if reg == short)
                            # LiteX does not tell the width of the LEDs; UART's events have 2 bits.
                            bits = (
                                0
                                if core == "leds"
                                else 2
                                if core == "uart" and "ev_" in short
                                else bits
                            )
                            most = bits or info["size"] * width
                            expected.append(
                                f"{name} {info['addr']} {info['size']} {access} {bits} {most}"
                            )
                        self.assertEqual(found["register"], expected)
                        big = int(ordering == "big")
                        self.assertEqual(found["csr"], [f"{width} {alignment} {big} {base}"])

    def test_the_rest(self):
        """Memories, constants, identity, instances."""
        self.generate()
        found = self.probe()
        self.assertEqual(found["memory"][2], "main_ram 1073741824 16777216 cached")
        self.assertEqual(found["identifier"], ['An ODD "identifier" \\ {}'])
        self.assertIn('config_identifier 0 An ODD "identifier" \\ {}', found["constant"])
        self.assertIn("config_cpu_has_interrupt 1 ", found["constant"])
        self.assertIn("a_float 400000 -", found["constant"])
        self.assertIn("timer0 timer 4026537984 1", found["core"])
        self.assertEqual(found["uart"], ["uart 0 4026540032 0"])
        self.assertEqual(found["timer"], ["timer0 1 1"])
        self.assertEqual(found["leds"], ["leds 32 4026535936 1"])
        self.assertEqual(found["identifier_mem"], ["4026533888"])
        config = self.config()
        self.assertEqual(config["SOC_HAS_GPIO"], "0")
        self.assertEqual(config["SOC_GPIO_COUNT"], "0")
        self.assertEqual(config["SOC_HAS_LEDS"], "1")
        self.assertEqual(config["SOC_CLOCK_HZ"], "100000000")
        self.assertEqual(config["SOC_MAIN_RAM_BASE"], "0x40000000")
        self.assertEqual(config["SOC_MAIN_RAM_SIZE"], "0x01000000")
        self.assertEqual(config["SOC_HAS_INTERRUPT"], "1")
        self.assertEqual(config["SOC_HAS_DCACHE"], "0")

    def test_build(self):
        """The SoC's build is LiteX's line in soc.h, or the digest of a reference SoC; never the clock."""
        header = os.path.join(self.folder, "software", "include", "generated", "soc.h")

        def found(first_lines):
            make_folder(self.folder, make_csr_json())
            with open(header) as file:
                text = file.read()
            with open(header, "w") as file:
                file.write(first_lines + text)
            status, text = run(self.folder, "--output", self.output)
            self.assertEqual((status, text), (0, ""))
            self.probe()
            with open(os.path.join(self.output, "soc_tables.c")) as file:
                self.assertIn("    .build = SOC_BUILD,\n", file.read())
            return self.config()["SOC_BUILD"]

        line = "LiteX (0123abc) on 2025-01-02 03:04:05"
        banner = f"//---\n// Auto-generated by {line}\n//---\n"
        self.assertEqual(found(""), '""')
        self.assertEqual(found(banner), f'"{line}"')
        self.assertEqual(found(banner.replace("\n", "\r\n")), f'"{line}"')
        self.assertEqual(found("// Auto-generated by LiteX " + "x" * 1000 + "\n"), '""')
        with open(os.path.join(self.folder, "gateware.digest"), "w") as file:
            file.write("0123456789ab" + "c" * 52)
        self.assertEqual(found(banner), '"reference 0123456789ab"')
        with open(os.path.join(self.folder, "gateware.digest"), "w") as file:
            file.write("something else")
        self.assertEqual(found(banner), f'"{line}"')

    def test_hash_follows_the_contract(self):
        """The text under the hash, written out once by hand."""
        import hashlib

        data = make_csr_json({"uart": UART, "timer0": TIMER})
        data["csr_registers"] = {
            name: data["csr_registers"][name] for name in reversed(data["csr_registers"])
        }
        for ordering in ("big", "little"):
            self.toml(f'csr_ordering = "{ordering}"')
            self.generate(data)
            text = f"width=32 ordering={ordering}\n"
            order = [("uart", UART, 0xF0000000), ("timer0", TIMER, 0xF0000800)]
            for core, registers, addr in order:
                for name, _, access in registers:
                    text += f"{core}_{name} 0x{addr:08x} 1 {access}\n"
                    addr += 4
            expected = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
            self.assertEqual(self.probe()["hash"], [f"{expected} 0"])
        cores = {**CORES, "soc_map": [("hash", 32, "ro")]}
        self.generate(make_csr_json(cores))
        self.assertRegex(self.probe()["hash"][0], r"^\d+ 1$")

    def test_instances_are_numbered_as_litex_names_them(self):
        """uart before uart1, uart2 before uart10, other names last by address."""
        cores = {
            "uart_pmod": UART,
            "uart10": UART,
            "uart2": UART,
            "timer7": TIMER,
            "timer0": TIMER,
            "uart": UART,
            "uart_phy": [("tuning_word", 32, "rw")],
        }
        self.generate(make_csr_json(cores))
        found = self.probe()
        names = [line.split()[0] for line in found["uart"]]
        self.assertEqual(names, ["uart", "uart2", "uart10", "uart_pmod"])
        self.assertEqual([line.split()[3] for line in found["uart"]], ["1", "0", "0", "0"])
        self.assertEqual([line.split()[0] for line in found["timer"]], ["timer0", "timer7"])

    def test_registers_find_their_core(self):
        """A core whose name begins with another's, and a register that reads like another core's."""
        cores = {
            "spi": [
                ("control", 16, "rw"),
                ("status", 1, "ro"),
                ("mosi", 8, "rw"),
                ("miso", 8, "ro"),
            ],
            "spi_flash": [("out", 1, "rw")],
            "uart": UART,
            "timer0": TIMER,
        }
        data = make_csr_json(cores)
        data["csr_registers"]["spi_flash_cs"] = {"addr": 0xF0000020, "size": 1, "type": "rw"}
        self.generate(data)
        kinds_found = {line.split()[0]: line.split()[1] for line in self.probe()["core"]}
        self.assertEqual(kinds_found["spi_flash"], "gpio_out")
        # flash_cs makes spi something that no kind knows.
        self.assertEqual(kinds_found["spi"], "-")

    def test_orphan_registers_stay_in_the_table(self):
        """With a warning."""
        data = make_csr_json()
        data["csr_registers"]["lonely"] = {"addr": 0xF0009000, "size": 1, "type": "rw"}
        text = self.generate(data, warn=True)
        self.assertIn("lonely belongs to no core", text)
        self.assertTrue(any(line.startswith("lonely ") for line in self.probe()["register"]))

    def test_frame_buffer_limits_the_free_ram(self):
        """The heap ends where another region begins."""
        data = make_csr_json()
        data["memories"]["video"] = {"base": 0x40C00000, "size": 0x800000, "type": "cached"}
        self.generate(data)
        self.assertEqual(self.config()["SOC_MAIN_RAM_FREE_SIZE"], "0x00c00000")
        with open(os.path.join(self.output, "soc_memory.ld")) as file:
            self.assertIn("main_ram (rwx) : ORIGIN = 0x40000000, LENGTH = 0x00c00000", file.read())

    def frame(self, base, region=None, ram=0x1000000, hres=160):
        """A SoC with a frame buffer: what the driver gets, and how much of main RAM is free.

        Args:
            base (int): where LiteX puts the picture.
            region (int): the size of its region, None: csr.json has none.
            ram (int): the size of main RAM.
            hres (int): pixels of a row, of 16 bits, in 100 rows.
        """
        registers = [(name, 32, "rw") for name in kinds.VIDEO_DMA]
        data = make_csr_json({**CORES, "video_framebuffer": registers})
        data["memories"]["main_ram"]["size"] = ram
        if region:
            memory = {"base": base, "size": region, "type": "cached+linker"}
            data["memories"]["video_framebuffer"] = memory
        for name, value in (("base", base), ("hres", hres), ("vres", 100), ("depth", 16)):
            data["constants"][f"video_framebuffer_{name}"] = value
        self.generate(data)
        found = self.probe()["video"][0].split()
        self.assertEqual(found[:3], [str(hres), "100", "16"])
        free = int(self.config()["SOC_MAIN_RAM_FREE_SIZE"], 0)
        return int(found[3]), int(found[4]), free

    def test_frame_in_main_ram(self):
        """Stays where LiteX puts it, with what of the region is in main RAM."""
        self.assertEqual(self.frame(0x40C00000, 0x10000), (0x40C00000, 0x10000, 0xC00000))
        self.assertEqual(self.frame(0x40C00000, 0x800000), (0x40C00000, 0x400000, 0xC00000))
        # As where a target sets mem_map: no region, but the constant.
        self.assertEqual(self.frame(0x40C00000), (0x40C00000, 32000, 0xC00000))
        # A region that is smaller than the picture.
        self.assertEqual(self.frame(0x40C00000, 4096), (0x40C00000, 32000, 0xC00000))

    def test_frame_outside_of_main_ram(self):
        """Is taken to the end of main RAM, where that leaves half of it."""
        self.assertEqual(
            self.frame(0x40C00000, 0x800000, ram=0x800000), (0x407F8000, 0x8000, 0x7F8000)
        )
        # It would begin in main RAM and end behind it.
        self.assertEqual(
            self.frame(0x40C00000, 0x800000, ram=0xC00100), (0x40BF8100, 0x8000, 0xBF8100)
        )
        self.assertEqual(self.frame(0x40C00000, 0x800000, ram=0xF000), (0, 0, 0xF000))

    def test_order_of_colours(self):
        """Red is first, unless a pixel has more bits than a word of the DRAM's ports."""
        registers = [(name, 32, "rw") for name in kinds.VIDEO_DMA]
        data = make_csr_json({**CORES, "video_framebuffer": registers})
        numbers = {"base": 0x40C00000, "hres": 16, "vres": 16}
        data["constants"].update({f"video_framebuffer_{k}": v for k, v in numbers.items()})
        generated = os.path.join(self.folder, "software", "include", "generated")
        os.makedirs(generated)
        for depth, bits, phases, bgr in (
            (32, None, None, 0),
            (32, 16, 1, 1),
            (32, 16, 2, 0),
            (32, 32, 4, 0),
            (16, 8, 1, 0),
        ):
            data["constants"]["video_framebuffer_depth"] = depth
            if bits is not None:
                with open(os.path.join(generated, "sdram_phy.h"), "w") as file:
                    file.write(
                        f"#define SDRAM_PHY_DATABITS 8\n#define SDRAM_PHY_DFI_DATABITS {bits}\n"
                        f"#define SDRAM_PHY_PHASES {phases}\n"
                    )
            self.generate(data)
            self.assertEqual(self.probe()["bgr"], [str(bgr)], (depth, bits, phases))

    def test_frame_without_constants(self):
        """Has no place; the firmware says so."""
        registers = [(name, 32, "rw") for name in kinds.VIDEO_DMA]
        self.generate(make_csr_json({**CORES, "screen": registers}))
        self.assertEqual(self.probe()["video"], ["0 0 0 0 0"])

    def test_video_terminal(self):
        """Has a timing generator and nothing to draw on; it takes no memory."""
        names = "enable hres hsync_start hsync_end hscan vres vsync_start vsync_end vscan"
        registers = [(name, 12, "rw") for name in names.split()]
        self.generate(make_csr_json({**CORES, "video_terminal_vtg": registers}))
        found = self.probe()
        self.assertNotIn("video", found)
        self.assertTrue(any(r.startswith("video_terminal_vtg_enable ") for r in found["register"]))
        self.assertEqual(self.config()["SOC_MAIN_RAM_FREE_SIZE"], "0x01000000")

    def test_loopback_of_a_dma_reader(self):
        """Is the writer that a constant names."""
        registers = [(name, kinds.DMA_WIDTHS[name], "rw") for name in kinds.DMA]
        data = make_csr_json({**CORES, "a_reader": registers, "b_writer": registers})
        self.generate(data)
        self.assertEqual(self.probe()["loopback"], ["a_reader -"])
        self.assertEqual(self.config()["SOC_HAS_DMA_LOOPBACK"], "0")
        data["constants"]["a_reader_loopback"] = "b_writer"
        self.generate(data)
        self.assertEqual(self.probe()["loopback"], ["a_reader b_writer"])
        self.assertEqual(self.config()["SOC_HAS_DMA_LOOPBACK"], "1")
        for wrong in ("a_reader", "nobody", "", 7, None):
            data["constants"]["a_reader_loopback"] = wrong
            make_folder(self.folder, data)
            self.assert_fails("a_reader_loopback is .*; it has b_writer$")

    def test_no_main_ram(self):
        """Is the port's business."""
        data = make_csr_json()
        del data["memories"]["main_ram"]
        self.generate(data)
        self.assertEqual(self.config()["SOC_HAS_MAIN_RAM"], "0")

    def test_regions_at_the_end_of_the_address_space(self):
        """Are cut to 32 bits; beyond, they are left out."""
        data = make_csr_json()
        data["memories"]["top"] = {"base": 0x80000000, "size": 1 << 31, "type": "io"}
        data["memories"]["all"] = {"base": 0, "size": 1 << 32, "type": "io"}
        data["memories"]["beyond"] = {"base": 1 << 32, "size": 4096, "type": "io"}
        self.generate(data, warn=True)
        found = self.probe()["memory"]
        self.assertIn("top 2147483648 2147483648 io", found)
        self.assertIn("all 0 4294967295 io", found)
        self.assertFalse(any(line.startswith("beyond") for line in found))

    def test_wide_gpio_is_cut_to_its_low_bits(self):
        """At the address where they are."""
        cores = {"uart": UART, "timer0": TIMER, "pins": [("out", 40, "rw")]}
        for ordering, offset in (("big", 4), ("little", 0)):
            self.toml(f'csr_ordering = "{ordering}"')
            self.generate(make_csr_json(cores))
            with open(os.path.join(self.output, "soc_tables.c")) as file:
                self.assertIn(f".out = {{0x{0xF0001000 + offset:08x}, 1,", file.read())

    def test_events_that_cannot_be_acknowledged(self):
        """More than 32 of them, with the word that acknowledges out of reach: no interrupt, and a warning."""
        events = [(f"ev_{name}", 40, "rw") for name in ("status", "pending", "enable")]
        cores = {"uart": UART, "timer0": TIMER, "pins": [("in", 40, "ro"), *events]}
        for ordering, irq in (("big", 5), ("little", -1)):
            self.toml(f'csr_ordering = "{ordering}"')
            said = self.generate(make_csr_json(cores, pins_interrupt=5), warn=irq < 0)
            with open(os.path.join(self.output, "soc_tables.c")) as file:
                self.assertIn(
                    f'        .name = "pins",\n        .irq = {irq},\n        .status', file.read()
                )
            self.assertEqual("pins has more than 32 events" in said, irq < 0)

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
        """What differs in numbers only leaves soc_shape.h as it is: most objects depend on nothing else."""
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


class CompilerFlagsTest(GenerateTest):
    """soc.mk."""

    def test_march(self):
        """What each of LiteX's spellings becomes."""
        for flags, expected in {
            "-march=rv32i2p0       -mabi=ilp32 -D__vexriscv__": "rv32i",
            "-march=rv32i2p0_m     -mabi=ilp32": "rv32im",
            "-march=rv32i2p0_mac   -mabi=ilp32": "rv32imac",
            "-march=rv32i2p0_ma    -mabi=ilp32": "rv32im",
            "-march=rv32i2p0_mc    -mabi=ilp32": "rv32imc",
            "-march=rv32i2p0_mfc   -mabi=ilp32f": "rv32imc",
            "-march=rv32im -mabi=ilp32": "rv32im",
            "-march=rv32imac_zicsr_zifencei -mabi=ilp32": "rv32imac",
            "-march=rv32i2p0_m_zba_zbc -mabi=ilp32": "rv32im",
            " -march=rv32gc -mabi=ilp32d": "rv32imac",
        }.items():
            with self.subTest(flags):
                self.assertEqual(generate.march(flags), expected)
        for flags in ("-march=rv64imac", "-march=rv32e", "-mabi=ilp32", "", "-mcpu=cortex-m3"):
            with self.subTest(flags), self.assertRaises(litex_output.InputError):
                generate.march(flags)

    def test_every_march_has_its_multilib(self):
        """So that the C library is found, and a CPU with multiplication does not get one without."""
        for march, wanted in {
            "rv32i": "rv32i",
            "rv32imc": "rv32im",
            "rv32imac": "rv32imac",
        }.items():
            command = [
                "riscv64-unknown-elf-gcc",
                f"-march={march}",
                "-mabi=ilp32",
                "-misa-spec=2.2",
            ]
            command.append("--print-multi-directory")
            found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
            self.assertEqual(found.stdout.strip(), f"{wanted}/ilp32")

    def test_make_can_use_it(self):
        """And the compiler finds all headers."""
        self.generate()
        makefile = os.path.join(self.temporary.name, "Makefile")
        with open(makefile, "w") as file:
            file.write(
                f"include {self.output}/soc.mk\n"
                "all:\n\t@riscv64-unknown-elf-gcc -std=gnu11 --specs=picolibc.specs -Wall -Wextra"
                f" -Werror -O2 $(SOC_CFLAGS) -I{TOP} -c $(SRC) -o {self.output}/x.o\n"
                "print:\n\t@echo $(SOC_MARCH) $(SOC_MAIN_RAM_SIZE) $(SOC_HAS_LEDS) $(SOC_HAS_GPIO)\n"
            )
        # LiteX's generated headers, as far as they are used.
        generated = os.path.join(self.folder, "software", "include", "generated")
        with open(os.path.join(generated, "soc.h"), "w") as file:
            file.write('#define CONFIG_CPU_NOP "nop"\n#define CONFIG_CSR_DATA_WIDTH 32\n')
        with open(os.path.join(generated, "csr.h"), "w") as file:
            file.write("#include <hw/common.h>\n")

        def make(*arguments):
            environment = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
            return subprocess.run(
                ["make", "-s", "-f", makefile, *arguments],
                env=environment,
                capture_output=True,
                text=True,
                timeout=120,
            )

        self.assertEqual(make("print").stdout, "rv32im 16777216 1 0\n")
        sources = [os.path.join(self.output, "soc_tables.c")]
        for folder in ("soc", "drivers"):
            names = sorted(os.listdir(os.path.join(TOP, folder)))
            sources += [os.path.join(TOP, folder, name) for name in names if name.endswith(".c")]
        for source in sources:
            done = make("all", f"SRC={source}")
            self.assertEqual(done.returncode, 0, done.stderr)


class TomlTest(GenerateTest):
    """litex.toml."""

    def test_overrides(self):
        """Kind, pins, width, roles."""
        cores = {
            **CORES,
            "bargraph": [("out", 8, "rw")],
            "uart1": UART,
            "timer1": TIMER,
            "weird": [("stuff", 9, "rw")],
        }
        self.toml(
            'console = "uart1"\ntick_timer = "timer1"\n'
            '[cores.bargraph]\nkind = "leds"\npins = 6\n'
            '[cores.leds]\nkind = "gpio_out"\n[cores.leds.width]\nout = 3\n'
            "[cores.weird.width]\nstuff = 9\n"
        )
        self.generate(make_csr_json(cores))
        found = self.probe()
        self.assertEqual(found["leds"][0].split()[:2], ["bargraph", "6"])
        self.assertEqual(found["gpio"], ["leds 3 0100"])
        self.assertEqual(found["roles"], ["1 1"])
        self.assertTrue(
            any(
                line.startswith("weird_stuff") and line.endswith(" 9 9")
                for line in found["register"]
            )
        )

    def test_a_core_can_be_hidden(self):
        """With the kind none."""
        self.toml('[cores.leds]\nkind = "none"\n')
        self.generate()
        self.assertEqual(self.config()["SOC_HAS_LEDS"], "0")

    def test_from_elsewhere(self):
        """With an option."""
        make_folder(self.folder, make_csr_json())
        path = os.path.join(self.temporary.name, "my.toml")
        with open(path, "w") as file:
            file.write('[cores.leds]\nkind = "none"\n')
        status, _ = run(self.folder, "--output", self.output, "--litex-toml", path)
        self.assertEqual(status, 0)
        self.assertEqual(self.config()["SOC_HAS_LEDS"], "0")
        self.assert_fails("nothing.toml: is not there", "--litex-toml", "/nothing.toml")

    def test_mistakes(self):
        """Each is named."""
        make_folder(self.folder, make_csr_json())
        for text, phrase in {
            "csr_ordering = 3": "csr_ordering is not big or little",
            'csr_ordering = "middle"': "csr_ordering is not big or little",
            "colour = 1": "unknown key colour",
            "= 3": "litex.toml: .*line 1",
            "console = 3": "console is no core's name",
            'console = "leds"': "leds is no uart of this SoC; it has uart",
            'tick_timer = "timer9"': "timer9 is no timer of this SoC; it has timer0",
            "cores = 3": "cores is no table",
            "[cores]\nleds = 3": "cores.leds is no table",
            "[cores.leds]\npin = 3": "unknown key cores.leds.pin",
            "[cores.leds]\npins = 0": "cores.leds.pins is not 1 to 32",
            "[cores.leds]\npins = true": "cores.leds.pins is not 1 to 32",
            '[cores.leds]\nkind = "lamp"': "cores.leds.kind is not one of none, .*uart",
            '[cores.leds]\nkind = "uart"': "cores.leds has no register ev_enable, so it is no uart",
            "[cores.nothing]\npins = 3": "cores.nothing is no core of this SoC",
            "[cores.leds]\nwidth = 3": "cores.leds.width is no table",
            "[cores.leds.width]\nin = 3": "cores.leds has no register in",
            "[cores.leds.width]\nout = 33": "cores.leds.width.out does not fit the 32 bits",
            '[cores.leds.width]\nout = "x"': "cores.leds.width.out is no number of bits",
        }.items():
            with self.subTest(text):
                self.toml(text)
                self.assert_fails(phrase)


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
            (change("csr_bases", "leds", "here"), "csr_bases.leds is no 32-bit address"),
            (change("csr_bases", "leds", 1 << 32), "csr_bases.leds is no 32-bit address"),
            (change("csr_bases", 'x";', 3), "strange name in csr_bases"),
            (change("csr_registers", "leds_out", 3), "csr_registers.leds_out is no object"),
            (change("csr_registers", "leds_out", {}), "leds_out.addr is no 32-bit address"),
            (change("csr_registers", "leds_out", {**register, "addr": True}), "leds_out.addr"),
            (change("csr_registers", "leds_out", {**register, "size": 0}), "leds_out.size"),
            (change("csr_registers", "leds_out", {**register, "size": 256}), "leds_out.size"),
            (change("csr_registers", "leds_out", {**register, "type": "wo"}), "leds_out.type"),
            (change("memories", "rom", 3), "memories.rom is no object"),
            (change("memories", "rom", {"base": -1, "size": 1}), "memories.rom.base"),
            (change("memories", "rom", {"base": 0, "size": "1"}), "memories.rom.size"),
            (change("memories", "rom", {"base": 0, "size": 1, "type": 3}), "memories.rom.type"),
            (change("constants", "a_float", float("nan")), "constants.a_float is no finite"),
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
                "lm32. is no RISC-V",
            ),
            (change("constants", "config_cpu_family", None), "is no RISC-V"),
            (make_csr_json({"timer0": TIMER}), "this SoC has no uart; the prompt needs one"),
            (make_csr_json({"uart": UART}), "this SoC has no timer; the system clock needs one"),
            (make_csr_json(config_cpu_name="nonesuch"), "has no irq.h; LiteX's headers"),
        ):
            with self.subTest(phrase):
                make_folder(self.folder, data if "constants" in data else make_csr_json())
                with open(os.path.join(self.folder, "csr.json"), "w") as file:
                    json.dump(data, file)
                self.assert_fails(phrase)

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
        self.assert_fails("is no CPU that we support")

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


class LitexTest(GenerateTest):
    """On what LiteX itself wrote."""

    def check(self, folder):
        """Generate, compile for the CPU, and return what the tables say.

        Args:
            folder (str): LiteX's build folder.
        """
        status, text = run(folder, "--output", self.output)
        self.assertEqual(status, 0, text)
        with open(os.path.join(folder, "csr.json")) as file:
            data = json.load(file)
        found = self.probe()
        self.assertEqual(len(found["register"]), len(data["csr_registers"]))
        names = [line.split()[0] for line in found["register"]]
        self.assertEqual(names, sorted(data["csr_registers"], key=str.encode))
        self.assertEqual(
            found["identifier"][0].lower(), data["constants"].get("config_identifier", "")
        )
        return found, text

    def test_reference_socs(self):
        """All five: the hash is the gateware's, and all kinds are known."""
        for name in REFERENCE_SOCS:
            with self.subTest(name):
                folder = os.path.join(BUILD, "soc", name)
                if not os.path.exists(os.path.join(folder, "csr.json")):
                    command = ["-m", "gateware.build", name, "--output-dir", "{}"]
                    folder = once(f"soc_{name}", command)
                found, text = self.check(folder)
                self.assertEqual(text, "")
                with open(os.path.join(folder, "csr.svd")) as file:
                    svd = file.read()
                reset = re.search(r"<name>HASH</name>.*?<resetValue>(0x\w+)<", svd, re.S)
                self.assertEqual(found["hash"], [f"{int(reset[1], 16)} 1"])
                unknown = [line for line in found["core"] if line.split()[1] == "-"]
                self.assertEqual(unknown, [])
                # With csr.svd there, every width is known.
                self.assertEqual(
                    [line for line in found["register"] if line.split()[4] == "0"], []
                )

    def test_many_cores(self):
        """One of each core, in each shape of the bus; the ordering is found in the Verilog."""
        for width in (8, 32):
            for ordering in ("big", "little"):
                with self.subTest(width=width, ordering=ordering):
                    command = ["-m", "tests.host.many_cores", str(width), ordering, "{}"]
                    folder = once(f"many_{width}_{ordering}", command)
                    found, text = self.check(folder)
                    self.assertEqual(found["csr"][0].split()[2], str(int(ordering == "big")))
                    # LiteX 2024.12 writes the same csr.h for both.
                    self.assertEqual("but the gateware has little" in text, ordering == "little")
                    self.assertEqual(found["identifier"], ["Many Cores, LETTER case kept"])
                    kinds_found = {line.split()[0]: line.split()[1] for line in found["core"]}
                    self.assertEqual(
                        kinds_found,
                        {
                            "buttons": "gpio_in",
                            "ctrl": "ctrl",
                            "dma_reader0": "dma_reader",
                            "dma_writer0": "dma_writer",
                            "gpio": "gpio_tristate",
                            "i2c0": "i2c",
                            "identifier_mem": "identifier",
                            "io": "gpio_inout",
                            "leds": "leds",
                            "odd": "-",
                            "outs": "gpio_out",
                            "pwm0": "pwm",
                            "pwms": "pwm_multi",
                            "spi_mm": "spi_mmap",
                            "spi_pmod": "spi",
                            "spisdcard": "spi_sdcard",
                            "timer0": "timer",
                            "timer1": "timer",
                            "uart": "uart",
                            "watchdog0": "watchdog",
                            "ws2812": "ws2812",
                        },
                    )
                    self.assertEqual(found["leds"][0].split()[1], "4")
                    self.assertEqual(
                        found["gpio"],
                        ["gpio 12 1111", "buttons 3 1001", "io 6 1100", "outs 32 0100"],
                    )
                    self.assertEqual(found["timer"], ["timer0 1 1", "timer1 4 0"])
                    self.assertEqual(found["loopback"], ["dma_reader0 dma_writer0"])
                    at = {line.split()[0]: line.split()[1] for line in found["register"]}
                    alone = [at[f"pwm0_{name}"] for name in ("enable", "width", "period")]
                    shared = [
                        at[f"pwms_channel0_{name}"] for name in ("period", "enable", "width")
                    ]
                    self.assertEqual(
                        found["pwm"],
                        [" ".join(["pwm0", *alone, "0 0"])]
                        + [
                            " ".join(
                                [f"pwms[{n}]"]
                                + [at[f"pwms_channel{n}_{name}"] for name in ("enable", "width")]
                                + shared
                            )
                            for n in range(3)
                        ],
                    )
                    self.assertEqual(found["watchdog"], ["watchdog0 32"])
                    self.assertEqual(found["ws2812"], [f"ws2812 {0x20000000} 16"])
                    widths = {line.split()[0]: line.split()[4] for line in found["register"]}
                    self.assertEqual(widths["odd_wide"], "100")
                    self.assertEqual(widths["odd_x1"], "3")
                    self.assertEqual(widths["spi_pmod_mosi"], "24")
                    self.assertEqual(widths["outs_out"], "40")
                    self.assertEqual(widths["timer0_uptime_cycles"], "64")
                    # What the kinds' table says of widths is what LiteX built.
                    os.makedirs(self.folder, exist_ok=True)
                    shutil.copytree(folder, self.folder, dirs_exist_ok=True)
                    os.remove(os.path.join(self.folder, "csr.svd"))
                    without, _ = self.check(self.folder)
                    for line in without["register"]:
                        name, bits = line.split()[0], line.split()[4]
                        self.assertIn(bits, ("0", widths[name]), name)

    def test_boards(self):
        """A sample of litex-boards, two with many options: all cores are known."""
        for board, options in BOARDS.items():
            with self.subTest(board):
                command = ["-m", f"litex_boards.targets.{board}"]
                command += ["--no-compile-software", "--no-compile-gateware", "--build"]
                command += ["--output-dir", "{}", *options.split()]
                found, _ = self.check(once(f"board_{board}", command))
                unknown = [core for core in found["core"] if core.split()[1] == "-"]
                self.assertEqual(unknown, [])
                names = [core.split()[0] for core in found["core"]]
                self.assertEqual("sdcard_core" in names, "--with-sdcard" in options)
                if "--with-xadc" in options:
                    names = [line.split()[0] for line in found["adc"]]
                    self.assertEqual(names, ["temperature", "vccint", "vccaux", "vccbram"])


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


if __name__ == "__main__":
    unittest.main(verbosity=1)
