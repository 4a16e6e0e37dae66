# SPDX-License-Identifier: MIT
"""What the SoC is: the generator of its tables, and the C code that reads them."""
