# SPDX-License-Identifier: MIT
# The port's own files. Bindings are searched for qstrs, the rest is plain C.

PORT_C = \
	console.c \
	$(if $(filter 1,$(TLS)),tls/platform.c,$(addprefix crypto/,aes.c digest.c md5.c sha1.c)) \
	$(if $(SMALL),,random/pool.c random/sha256.c) \
	soc_check.c \
	lib/libdiv.c \
	lib/libexp.c \
	lib/libmem.c \
	$(if $(SMALL),lib/libsub.c) \
	main.c \
	clock.c \
	hard.c \
	mphalport.c \
	storage/ramfs.c \
	errors.c \
	trap.c \
	$(if $(WITH_SPIFLASH),storage/flash_layout.c) \
	$(if $(WITH_MEDIUM),storage/firmware_id.c) \
	$(if $(NET),net/checksum.c net/lan.c net/lwip_fixes.c net/net.c net/socket_fixes.c) \
	$(if $(SMALL),small_fixes.c,upstream_fixes.c)

# flash/, which the FPGA programmer brings along.
FLASH_C = $(if $(WITH_SPIFLASH),$(if $(filter 1,$(ECP5)),,$(patsubst $(REPO)/%,%,$(FLASH_SRC))))

PORT_BINDINGS_C = \
	bindings/litex_ws2812.c \
	bindings/machine_bitstream.c \
	bindings/instance.c \
	bindings/litex_dma.c \
	bindings/litex_event_manager.c \
	$(if $(filter 1,$(ECP5)),bindings/jtag_transport.c) \
	bindings/litex_led.c \
	bindings/litex_regs.c \
	bindings/litex_remote.c \
	$(if $(WITH_SPIFLASH),bindings/litex_spiflash.c) \
	$(if $(WITH_MEDIUM),bindings/litex_storage.c) \
	bindings/litex_video.c \
	bindings/machine_i2c.c \
	bindings/machine_pin.c \
	bindings/machine_pin_irq.c \
	bindings/machine_rtc.c \
	bindings/machine_sdcard.c \
	bindings/machine_spi.c \
	bindings/machine_timer.c \
	bindings/machine_wdt.c \
	bindings/modlitex.c \
	$(if $(NET),bindings/network_lan.c) \
	bindings/port_event.c \
	bindings/subtype.c \
	$(if $(SMALL),,random/random.c) \
	storage/vfs_ram.c \
	lib/longlong.c \
	native/commit.c \
	native/asm_wide.c \
	native/rv32_expand.c \
	softcall.c \
	tick.c

# Of MicroPython's tree, beyond py/ and extmod/.
SHARED_C = \
	drivers/dht/dht.c \
	drivers/bus/softspi.c \
	shared/readline/readline.c \
	shared/runtime/gchelper_native.c \
	shared/runtime/mpirq.c \
	shared/runtime/pyexec.c \
	shared/runtime/stdout_helpers.c \
	shared/runtime/sys_stdio_mphal.c \
	shared/timeutils/timeutils.c

# Faster forms of functions of py/ and of libgcc; not in the small size class.
FASTER_C = \
	tuned/fast/gcmark.c \
	tuned/fast/maplookup.c \
	tuned/fast/qstrfind.c \
	tuned/fast/softfloat.c

# What a running program spends its time in: compiled for speed in all but the small size class. The rest
# (compiler, prompt, file systems, modules) is compiled for size.
FAST_C = \
	$(FASTER_C) \
	console.c \
	lib/libdiv.c \
	lib/libmem.c \
	mphalport.c \
	tick.c \
	bindings/litex_led.c \
	bindings/litex_regs.c \
	bindings/litex_video.c \
	bindings/machine_pin.c \
	bindings/machine_pin_irq.c \
	bindings/port_event.c \
	drivers/lx_clock.c \
	drivers/lx_event.c \
	drivers/lx_dma.c \
	drivers/lx_gpio.c \
	drivers/lx_i2c.c \
	drivers/lx_timer.c \
	drivers/lx_uart.c \
	extmod/machine_mem.c \
	extmod/modasyncio.c \
	extmod/modframebuf.c \
	extmod/modtime.c \
	lib/libm_dbl/sqrt.c \
	py/argcheck.c \
	py/bc.c \
	py/gc.c \
	py/malloc.c \
	py/map.c \
	py/modbuiltins.c \
	py/mpprint.c \
	py/mpz.c \
	py/nlr.c \
	py/nlrrv32.c \
	py/obj.c \
	py/objarray.c \
	py/objbool.c \
	py/objboundmeth.c \
	py/objcell.c \
	py/objclosure.c \
	py/objcomplex.c \
	py/objdict.c \
	py/objenumerate.c \
	py/objexcept.c \
	py/objfloat.c \
	py/objfun.c \
	py/objgenerator.c \
	py/objint.c \
	py/objint_mpz.c \
	py/objlist.c \
	py/objmodule.c \
	py/objrange.c \
	py/objset.c \
	py/objslice.c \
	py/objstr.c \
	py/objstrunicode.c \
	py/objtuple.c \
	py/objtype.c \
	py/opmethods.c \
	py/qstr.c \
	py/runtime.c \
	py/runtime_utils.c \
	py/scheduler.c \
	py/sequence.c \
	py/smallint.c \
	py/stackctrl.c \
	py/unicode.c \
	py/vm.c \
	py/vstr.c \
	soc/cache.c \
	soc/csr.c \
	soc/irq.c
