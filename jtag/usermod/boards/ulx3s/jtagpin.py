# SPDX-License-Identifier: MIT
"""The ULX3S (boards v3.0.x): where its ESP32 is wired to the FPGA's JTAG. Copy this file to the ESP32.

Boards v3.1.x have tms = 5 and tdo = 34.
"""

tck = 18
tms = 21
tdi = 23
tdo = 19
