# SPDX-License-Identifier: MIT
#
# The virtual ECP5 board inside of the process, as the module `vecp5`. models/ and jtag/ share names: the models are
# linked apart, and only vboard_* stays visible (as in tests/jtag).

VECP5_DIR := $(abspath $(dir $(lastword $(MAKEFILE_LIST))))
VECP5_TOP := $(abspath $(VECP5_DIR)/../../../..)
VECP5_SRC := $(wildcard $(VECP5_TOP)/models/*.c) $(VECP5_TOP)/tests/jtag/vboard.c
VECP5_OBJ := $(patsubst $(VECP5_TOP)/%.c,$(BUILD)/vecp5/%.o,$(VECP5_SRC))

SRC_USERMOD_C += $(VECP5_DIR)/modvecp5.c
CFLAGS_USERMOD += -I$(VECP5_TOP)/tests/jtag
LDFLAGS_USERMOD += $(BUILD)/vecp5/vboard.o

$(VECP5_OBJ): $(BUILD)/vecp5/%.o: $(VECP5_TOP)/%.c $(wildcard $(VECP5_TOP)/models/*.h)
	@mkdir -p $(@D)
	$(Q)$(CC) $(filter-out -Werror,$(CFLAGS)) -std=gnu11 -w -I$(VECP5_TOP) -c $< -o $@

$(BUILD)/vecp5/vboard.o: $(VECP5_OBJ)
	$(Q)$(LD) -r $^ -o $@.part
	$(Q)$(OBJCOPY) --wildcard --keep-global-symbol='vboard_*' $@.part $@

$(patsubst %.c,$(BUILD)/%.o,$(patsubst $(USER_C_MODULES)/%,%,$(VECP5_DIR)/modvecp5.c)): $(BUILD)/vecp5/vboard.o
