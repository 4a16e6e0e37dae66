# SPDX-License-Identifier: MIT
# litex.regs, mems and constants as attribute trees, and RemoteClient. What completion shows is in test_repl.py.
# Needs the full size class
import litex
import machine
import micropython
from litex import RemoteClient

# Trees and csrs() are the same registers.
rows = litex.csrs()
shown = [name for name in dir(litex.regs) if name not in ("__class__", "__dict__", "d")]
equal(sorted(shown), [row[0] for row in rows])
for name, address, bits, access in rows:
    register = getattr(litex.regs, name)
    equal(
        (register.name, register.addr, register.bits, register.mode), (name, address, bits, access)
    )
    check(register.size == register.length and register.size * register.data_width >= bits, name)
    check(register.size * register.data_width - bits < register.data_width, name)

scratch = litex.regs.ctrl_scratch
old = scratch.read()
for value in (0, 1, 0xFFFFFFFF, 0x12345678):
    scratch.write(value)
    equal(scratch.read(), value)
    equal(litex.csr_read("ctrl_scratch"), value)
check("ctrl_scratch" in repr(scratch) and "32 bits" in repr(scratch), repr(scratch))
scratch(0xCAFE)
equal((scratch(), scratch.read()), (0xCAFE, 0xCAFE))
scratch(0x12345678)
raises(TypeError, scratch, 1, 2)
raises(ValueError, scratch, 1 << 32)
raises(ValueError, scratch.write, 1 << 32)
raises(ValueError, scratch.write, -1)
raises(TypeError, scratch.write, "1")
raises(ValueError, litex.regs.ctrl_bus_errors.write, 0)
equal(scratch.read(), 0x12345678)
if hasattr(litex.regs, "timer0_uptime_cycles"):  # wider than the bus
    state = machine.disable_irq()  # the tick latches, too
    litex.regs.timer0_uptime_latch.write(1)
    both = litex.regs.timer0_uptime_cycles.read(), litex.csr_read("timer0_uptime_cycles")
    machine.enable_irq(state)
    equal(*both)
# Wider than 32 bits: the base addresses of DMA cores.
for name in [row[0] for row in rows if row[2] == 64 and row[3] == "rw"]:
    register = getattr(litex.regs, name)
    before = register.read()
    for value in (0, 1, 0xFFFFFFFF, 1 << 32, 0x123456789ABCDEF0, (1 << 64) - 1, True, 1 << 29):
        register.write(value)
        equal((register.read(), litex.csr_read(name)), (value, value))
    for value in (1 << 64, -1, -(1 << 40)):
        text = raises(ValueError, register.write, value)
        check("2**64 - 1" in text, text)
    raises(TypeError, register.write, 1.5)
    equal(register.read(), 1 << 29)
    register.write(before)


# Reading through a register that is held needs no memory: values up to 2**30 are not objects.
def read_often():
    micropython.heap_lock()
    try:
        for _ in range(100):
            scratch.read()
    finally:
        micropython.heap_unlock()


scratch.write(5)
read_often()
scratch.write(1 << 30)
raises(MemoryError, read_often)
scratch.write(5)

# Unknown names say which resemble them; those who only ask get their answer.
text = raises(AttributeError, lambda: litex.regs.ctrl_scratsh)
check("ctrl_scratch" in text, text)
text = raises(AttributeError, lambda: litex.mems.mainram)
check("main_ram" in text, text)
text = raises(AttributeError, lambda: litex.constants.clock_frequency)
check("config_clock_frequency" in text, text)
raises(AttributeError, lambda: scratch.nothing)
equal(hasattr(litex.regs, "ctrl_scratsh"), False)
equal(getattr(litex.regs, "ctrl_scratsh", 7), 7)
raises(AttributeError, setattr, litex.regs, "ctrl_scratch", 1)
raises(AttributeError, setattr, scratch, "addr", 1)

info = litex.info()
for name, region in info["memories"].items():
    memory = getattr(litex.mems, name)
    equal((memory.base, memory.size, memory.type), region)
equal(litex.constants.config_clock_frequency, info["clock"])
equal(litex.constants.config_identifier, info["identifier"])
equal(litex.constants.config_csr_data_width, info["csr"]["data_width"])
if info["cpu"]["type"] == "vexriscv":
    equal(litex.constants.config_cpu_has_interrupt, True)

# RemoteClient, as on a host.
wb = RemoteClient()
text = raises(AttributeError, wb.read, scratch.addr)
check("open" in text, text)
wb.open()
equal(wb.binded, True)
wb.open()
equal(wb.regs.ctrl_scratch.read(), 5)
wb.regs.ctrl_scratch.write(0x12345678)
word = 0x12345678 if litex.constants.config_csr_data_width == 32 else 0x12
equal(wb.read(scratch.addr), word)
equal(wb.read(addr=scratch.addr, length=1), [word])
equal(wb.read(scratch.addr, 2, burst="fixed"), [word, word])
equal(wb.read(scratch.addr, 0), [])
equal(wb.read(scratch.addr + 3), word)  # on LiteX's bus an address means its word
buffer = bytearray(64)
at = (info["memories"]["main_ram"][0] + info["memories"]["main_ram"][1]) - 64
equal(wb.mems.main_ram.base + wb.mems.main_ram.size - 64, at)
import uctypes

at = (uctypes.addressof(buffer) + 3) & ~3
wb.write(at, [1, 0xFFFFFFFF, 3])
equal(wb.read(at, 3), [1, 0xFFFFFFFF, 3])
wb.write(at + 4, 2)
equal(wb.read(at, 3), [1, 2, 3])
equal(RemoteClient(base_address=at).base_address, at)
offset = RemoteClient(base_address=at)
offset.open()
equal(offset.read(4), 2)
raises(ValueError, offset.read, -at - 4)
wb.regs.ctrl_scratch.write(0x1FFFFFFFF)  # cut, as LiteX's class does
equal(wb.regs.ctrl_scratch.read(), 0xFFFFFFFF)
text = raises(KeyError, wb.regs.ctrl_bus_errors.write, 0)
check("not writable" in text, text)
for arguments in ((at, -1), (at, 1 << 32), (1 << 32, 0), (-1, 0)):
    raises(ValueError, wb.write, *arguments)
for arguments in ((at, "x"), (at, (1, 2)), (at, 1.5)):
    raises(TypeError, wb.write, *arguments)
raises(TypeError, wb.write, "x", 0)
raises(ValueError, wb.write, at, [0, 1, -1])
equal(wb.read(at), 1)  # nothing was written
raises(ValueError, wb.write, at, [0] * 256)
text = raises(ValueError, wb.read, at, 256)
check("255" in text, text)
raises(TypeError, wb.read)
raises(TypeError, wb.read, at, "2")
raises(KeyError, RemoteClient, "localhost", 1234, 0, None, 16)
equal(list(wb.regs.__dict__), [row[0] for row in sorted(rows, key=lambda row: row[1])])
equal(wb.regs.d["ctrl_scratch"].addr, scratch.addr)
equal(wb.bases.ctrl, info["cores"]["ctrl"][1])
equal(wb.constants.config_identifier, info["identifier"].lower())
equal(hasattr(wb.regs, "nothing_of_it"), False)
raises(AttributeError, lambda: wb.nothing)
raises(AttributeError, setattr, wb, "regs", 1)
wb.host = "elsewhere"
equal((wb.host, wb.port, wb.debug), ("elsewhere", 1234, False))
wb.close()
wb.close()
raises(AttributeError, wb.write, at, 0)
scratch.write(old)
