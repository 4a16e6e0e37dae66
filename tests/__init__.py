# SPDX-License-Identifier: MIT
"""Tests that need no hardware."""
