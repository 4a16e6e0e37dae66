# SPDX-License-Identifier: MIT
"""Tests that come in as a user does: mpremote, litex_term, a person at a terminal, make."""
