# SPDX-License-Identifier: MIT
# litex: registers by name, what they take and refuse, info().
import litex
import machine

rows = litex.csrs()
names = [r[0] for r in rows]
check("ctrl_scratch" in names)
equal(names, sorted(names))
for name, address, bits, access in rows:
    check(address >= 0x80000000 and bits > 0 and access in ("ro", "rw"), name)
    if not name.startswith("uart_") and "identifier" not in name:
        litex.csr_read(name)

old = litex.csr_read("ctrl_scratch")
for value in (0, 1, 0xFFFFFFFF, 0x12345678):
    litex.csr_write("ctrl_scratch", value)
    equal(litex.csr_read("ctrl_scratch"), value)
    equal(
        machine.mem32[[r[1] for r in rows if r[0] == "ctrl_scratch"][0]] & 0xFF,
        (value if litex.info()["csr"]["data_width"] == 32 else value >> 24) & 0xFF,
    )
raises(ValueError, litex.csr_write, "ctrl_scratch", 1 << 32)
raises(ValueError, litex.csr_write, "ctrl_scratch", -1)
raises(TypeError, litex.csr_write, "ctrl_scratch", 1.5)
raises(TypeError, litex.csr_write, "ctrl_scratch", "1")
equal(litex.csr_read("ctrl_scratch"), 0x12345678)
litex.csr_write("ctrl_scratch", old)

text = raises(KeyError, litex.csr_read, "ctrl_scratsh")
check("ctrl_scratch" in text, text)
text = raises(KeyError, litex.csr_write, "timer0_vale", 1)
check("timer0_value" in text, text)
text = raises(ValueError, litex.csr_write, "ctrl_bus_errors", 1)
check("read-only" in text, text)
check("ctrl_bus_errors" in text, text)
raises(TypeError, litex.csr_read, 5)

info = litex.info()
for key in ("identifier", "build", "clock", "cpu", "bus", "csr", "memories", "cores", "firmware"):
    check(key in info, key)
equal(info["clock"], machine.freq())
check(info["build"].startswith("reference ") and len(info["build"]) == 22, info["build"])
equal(info["csr"]["registers"], len(rows))
base, size, _ = info["memories"]["main_ram"]
check(base == 0x40000000 and size >= 0x40000)
equal(info["cores"]["uart"][0], "uart")
equal(machine.identifier(), info["identifier"])
if "soc_map_hash" in names:
    equal(litex.csr_read("soc_map_hash"), info["csr"]["map_hash"])
check(len(machine.unique_id()) >= 4)
