# SPDX-License-Identifier: MIT
# All that a client knows of the SoC, in csr.csv's order.
from litex import RemoteClient

wb = RemoteClient(csr_csv="csr.csv", csr_data_width=None)
for name, register in wb.regs.__dict__.items():
    print(
        name,
        hex(register.addr),
        register.length,
        register.data_width,
        register.mode,
        register.name,
    )
for name, value in wb.constants.d.items():
    print(name, repr(value))
for name, memory in wb.mems.__dict__.items():
    print(name, hex(memory.base), memory.size, memory.type)
for name, base in wb.bases.d.items():
    print(name, hex(base))
print(wb.csr_data_width, wb.csr_bus_address_width, wb.host, wb.port, wb.debug, wb.binded)
print(wb.constants.config_clock_frequency, wb.mems.main_ram.base, wb.bases.ctrl)
try:
    RemoteClient(csr_csv="csr.csv", csr_data_width=16)
except KeyError as error:
    print("KeyError", error.args[0])
try:
    wb.read(0)
except AttributeError:
    print("not open")
wb.open()
print(wb.binded)
wb.close()
print(wb.binded)
