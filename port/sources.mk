# SPDX-License-Identifier: MIT
# The port's own files. Bindings are searched for qstrs, the rest is plain C.

PORT_C = \
	console.c \
	crypto/aes.c \
	crypto/digest.c \
	crypto/md5.c \
	crypto/sha1.c \
	guard.c \
	libmem.c \
	main.c \
	mphalport.c \
	status.c \
	trap.c

PORT_BINDINGS_C = \
	bindings/litex_led.c \
	bindings/machine_pin.c \
	bindings/machine_rtc.c \
	bindings/machine_timer.c \
	bindings/modlitex.c \
	ramdisk.c

# Of MicroPython's tree, beyond py/ and extmod/.
SHARED_C = \
	shared/readline/readline.c \
	shared/runtime/gchelper_native.c \
	shared/runtime/pyexec.c \
	shared/runtime/stdout_helpers.c \
	shared/runtime/sys_stdio_mphal.c \
	shared/timeutils/timeutils.c
