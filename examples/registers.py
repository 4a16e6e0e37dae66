# SPDX-License-Identifier: MIT
"""Print every register of the SoC with its value. Reading the UART's would take away input."""

import litex

for name, address, _bits, access in litex.csrs():
    if name.startswith("uart"):
        continue
    print("0x%08x %2s %-28s 0x%x" % (address, access, name, litex.csr_read(name)))
