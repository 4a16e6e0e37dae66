# SPDX-License-Identifier: MIT
#
# What a build needs to take in jtag/: include this and compile JTAG_SRC with JTAG_CFLAGS, and JTAG_ZLIB_SRC with JTAG_ZLIB_CFLAGS.
# Set ZLIB_DIR to zlib's source tree before (tools/fetch.py zlib-1.3.1).

JTAG_DIR := $(abspath $(dir $(lastword $(MAKEFILE_LIST))))
include $(JTAG_DIR)/../flash/flash.mk
JTAG_SRC := $(addprefix $(JTAG_DIR)/,bitbang.c bitstream.c boot.c bridge.c ecp5.c inflate.c jtag.c slave_spi.c stream.c tap.c tap_scan.c xvc_server.c) $(FLASH_SRC)
# Files of jtag/ include each other as "jtag/...".
JTAG_CFLAGS = -I$(abspath $(JTAG_DIR)/..) -I$(ZLIB_DIR) -DZ_SOLO

# Only inflate of zlib: no files, no gzip (inflate.c has the framing). Z_SOLO alone would copy byte by byte.
JTAG_ZLIB_SRC = $(addprefix $(ZLIB_DIR)/,inflate.c inftrees.c inffast.c adler32.c)
JTAG_ZLIB_CFLAGS = -I$(ZLIB_DIR) -DZ_SOLO -DNO_GZIP -DHAVE_MEMCPY -include string.h
