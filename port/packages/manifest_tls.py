# SPDX-License-Identifier: MIT
"""What is frozen where the firmware has TLS."""

module("ssl.py", opt=3)
