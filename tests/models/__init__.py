# SPDX-License-Identifier: MIT
"""Tests of the virtual ECP5 board: its models in C, and vecp5 under tools that nobody here wrote."""
