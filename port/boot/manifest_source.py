# SPDX-License-Identifier: MIT
"""What sdraw.py opens its sources with, where the programmer that has the file is not in the firmware."""

module("source.py", base_path="../../jtag/usermod/ecp5", opt=3)
