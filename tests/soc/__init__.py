# SPDX-License-Identifier: MIT
"""Tests of the generator in soc/."""
