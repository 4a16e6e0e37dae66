# SPDX-License-Identifier: MIT
"""`import wifiman` starts the network manager, as main.py files expect; its functions are netman's."""

from netman import start, status, stop  # noqa: F401

from services import configured

start(**configured("net"))
