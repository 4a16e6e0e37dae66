# SPDX-License-Identifier: MIT
"""Tests of the emulator lxemu alone: no firmware, no RTL."""
