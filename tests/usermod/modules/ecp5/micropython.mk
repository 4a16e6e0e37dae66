# SPDX-License-Identifier: MIT
# The programmer, beside the virtual board of the tests.
include $(abspath $(dir $(lastword $(MAKEFILE_LIST)))/../../../../jtag/usermod/micropython.mk)
