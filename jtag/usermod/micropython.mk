# SPDX-License-Identifier: MIT
#
# The programmer as a user C module, for every port that takes USER_C_MODULES=<this repository>/jtag. It needs zlib's
# sources (tools/fetch.py zlib-1.3.1 fetches them) in ZLIB_DIR. Freeze manifest.py for its Python side.

JTAG_USERMOD_DIR := $(abspath $(dir $(lastword $(MAKEFILE_LIST))))
ZLIB_DIR ?= $(abspath $(JTAG_USERMOD_DIR)/../../build/zlib-1.3.1)
ifeq ($(wildcard $(ZLIB_DIR)/inflate.c),)
$(error jtag/usermod: no zlib in $(ZLIB_DIR): fetch it with tools/fetch.py zlib-1.3.1 build/zlib-1.3.1 --cache build/cache, or set ZLIB_DIR)
endif
include $(JTAG_USERMOD_DIR)/../jtag.mk

SRC_USERMOD_C += $(addprefix $(JTAG_USERMOD_DIR)/,call.c modecp5.c pins.c session.c slave_spi.c transport.c unpacker.c xvc.c xvc_server.c)
SRC_USERMOD_LIB_C += $(JTAG_SRC) $(JTAG_ZLIB_SRC)
CFLAGS_USERMOD += $(JTAG_CFLAGS)

# jtag.XVC needs POSIX sockets.
JTAG_XVC ?= $(filter unix,$(notdir $(CURDIR)))
ifneq ($(JTAG_XVC),)
SRC_USERMOD_LIB_C += $(JTAG_DIR)/host/xvc.c
CFLAGS_USERMOD += -DJTAG_USERMOD_XVC=1
endif

# Objects of flash/ and common/, which lie outside of USER_C_MODULES.
JTAG_FLASH_O = $(addprefix $(BUILD)/,$(patsubst $(USER_C_MODULES)/%.c,%.o,$(FLASH_SRC:.c=.o)))

# zlib as it is meant to be compiled, and by its own rules of cleanliness.
JTAG_ZLIB_O = $(addprefix $(BUILD)/,$(patsubst $(USER_C_MODULES)/%.c,%.o,$(JTAG_ZLIB_SRC:.c=.o)))
$(JTAG_ZLIB_O): CFLAGS += $(JTAG_ZLIB_CFLAGS) -w
