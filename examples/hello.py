# SPDX-License-Identifier: MIT
"""Say hello, and from where."""

import sys

import litex

info = litex.info()
print("Hello from", info["identifier"])
print(info["cpu"]["name"], "at", info["clock"] // 1000000, "MHz, on", sys.platform)
