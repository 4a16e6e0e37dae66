# SPDX-License-Identifier: MIT
#
# What a build needs for flash/: include this and compile FLASH_SRC with FLASH_CFLAGS.

FLASH_DIR := $(abspath $(dir $(lastword $(MAKEFILE_LIST))))
FLASH_SRC := $(addprefix $(FLASH_DIR)/,nor.c nor_erase.c nor_identify.c nor_protect.c nor_write.c sfdp.c) \
    $(addprefix $(abspath $(FLASH_DIR)/../common)/,crc32.c status.c)
# Files include each other from the top: "flash/...", "common/...".
FLASH_CFLAGS = -I$(abspath $(FLASH_DIR)/..)
