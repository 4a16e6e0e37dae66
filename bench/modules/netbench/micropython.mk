# SPDX-License-Identifier: MIT
# TCP from C as the module `_netbench`: only in the firmware of bench/network.py.
SRC_USERMOD_C += $(USERMOD_DIR)/modnetbench.c
