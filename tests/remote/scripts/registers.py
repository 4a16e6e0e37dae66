# SPDX-License-Identifier: MIT
# Registers by name: values, widths, what is cut, what is refused.
from litex import RemoteClient

wb = RemoteClient()
wb.open()

old = wb.regs.ctrl_scratch.read()
for value in (0, 1, 0x12345678, 0xFFFFFFFF, 0x1_2345_6789, -1):
    wb.regs.ctrl_scratch.write(value)
    print(hex(wb.regs.ctrl_scratch.read()), wb.read(wb.regs.ctrl_scratch.addr, 1))
wb.regs.ctrl_scratch.write(old)

wb.regs.leds_out.write(0xA5)
print(hex(wb.regs.leds_out.read()))
for oe, out in ((0xFF, 0x5A), (0x0F, 0xA5), (0, 0)):
    wb.regs.gpio_oe.write(oe)
    wb.regs.gpio_out.write(out)
    print(hex(wb.regs.gpio_out.read()), hex(wb.regs.gpio_in.read()))

# Wider than the bus.
wb.regs.timer0_uptime_latch.write(1)
uptime = wb.regs.timer0_uptime_cycles
high, low = wb.read(uptime.addr, uptime.length)
# The board's own clock latches as well: only later is certain.
print(uptime.length, uptime.read() >= high << 32 | low, uptime.read() > 0)

for name in ("ctrl_bus_errors", "timer0_uptime_cycles"):
    try:
        getattr(wb.regs, name).write(0)
    except KeyError as error:
        print("KeyError", error.args[0])
for wrong in ("0", 1.5, None):
    try:
        wb.regs.ctrl_scratch.write(wrong)
    except TypeError:
        print("TypeError", wrong)
try:
    print(wb.regs.no_such_register)
except AttributeError:
    print("AttributeError")
print(hasattr(wb.regs, "ctrl_scratch"), hasattr(wb.regs, "no_such_register"))
wb.close()
