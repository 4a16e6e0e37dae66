# SPDX-License-Identifier: MIT
"""What each firmware freezes, whatever FROZEN_MANIFEST adds: the module that mounts the file systems."""

module("_boot.py", base_path="ram")
