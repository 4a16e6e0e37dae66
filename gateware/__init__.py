# SPDX-License-Identifier: MIT
"""Reference SoCs of MicroPython for LiteX, described with Migen and LiteX."""
