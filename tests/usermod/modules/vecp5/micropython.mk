# SPDX-License-Identifier: MIT
#
# The virtual ECP5 board inside of the process, as the module `vecp5`. models/ and jtag/ share names: the models are
# linked apart, and only vboard_* stays visible (as in tests/jtag).

VECP5_DIR := $(abspath $(dir $(lastword $(MAKEFILE_LIST))))
VECP5_TOP := $(abspath $(VECP5_DIR)/../../../..)
VECP5_SRC := $(patsubst %,$(VECP5_TOP)/models/%.c,board bypass ecp5 ecp5_bitstream ecp5_boot ecp5_devices ecp5_spi name nor \
    nor_chips nor_sfdp nor_status tap) $(VECP5_TOP)/tests/jtag/vboard.c
VECP5_OBJ := $(patsubst $(VECP5_TOP)/%.c,$(BUILD)/vecp5/%.o,$(VECP5_SRC))

SRC_USERMOD_C += $(VECP5_DIR)/modvecp5.c
ifeq ($(notdir $(CURDIR)),qemu)
SRC_USERMOD_LIB_C += $(VECP5_DIR)/bare.c
VECP5_CFLAGS := -DVBOARD_GIVE_UP=vboard_give_up -include $(VECP5_DIR)/bare.h -fno-builtin-malloc
endif
ifeq ($(BOARD),MPS2_AN385)
# The unwinding table of libgcc's division, for which the port's linker script has no place: above the heap.
LDFLAGS_USERMOD += -Wl,--section-start=.ARM.exidx=0x003e0000
endif
# Without the programmer beside it (tests of the native module), what the board takes of it comes from here.
ifndef JTAG_USERMOD_DIR
SRC_USERMOD_LIB_C += $(VECP5_TOP)/common/crc32.c
CFLAGS_USERMOD += -I$(VECP5_TOP)
endif
CFLAGS_USERMOD += -I$(VECP5_TOP)/tests/jtag
LDFLAGS_USERMOD += $(BUILD)/vecp5/vboard.o

$(VECP5_OBJ): $(BUILD)/vecp5/%.o: $(VECP5_TOP)/%.c $(wildcard $(VECP5_TOP)/models/*.h)
	@mkdir -p $(@D)
	$(Q)$(CC) $(filter-out -Werror,$(CFLAGS)) -std=gnu11 -w $(VECP5_CFLAGS) -I$(VECP5_TOP) -c $< -o $@

$(BUILD)/vecp5/vboard.o: $(VECP5_OBJ)
	$(Q)$(CC) $(filter -m%,$(CFLAGS)) -nostdlib -r $^ -o $@.part
	$(Q)$(OBJCOPY) --wildcard --keep-global-symbol='vboard_*' $@.part $@

$(patsubst %.c,$(BUILD)/%.o,$(patsubst $(USER_C_MODULES)/%,%,$(VECP5_DIR)/modvecp5.c)): $(BUILD)/vecp5/vboard.o
