# SPDX-License-Identifier: MIT
"""Builds and runs the Verilator simulation of a reference SoC."""
