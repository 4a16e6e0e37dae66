# SPDX-License-Identifier: MIT
# A client of soc/deferred.h as the module `_deferred`: only in the firmware of tests/device/test_deferred.py.
SRC_USERMOD_C += $(USERMOD_DIR)/moddeferred.c
