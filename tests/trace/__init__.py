# SPDX-License-Identifier: MIT
"""The emulator against the RTL: the same firmware, the same script, the same accesses to CSRs."""
