# SPDX-License-Identifier: MIT
# The virtual board without the programmer.
include $(abspath $(dir $(lastword $(MAKEFILE_LIST)))/../../modules/vecp5/micropython.mk)
