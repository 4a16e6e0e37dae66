# SPDX-License-Identifier: MIT
# How the hot part of the firmware is compiled and placed (docs/performance.md): not for the small size
# class, which wants every byte. Included by firmware.mk when FAST_C and OBJ are known.
#
# FAST_C is compiled for speed with profile.txt, which says how often each edge of each function ran in
# the benchmarks; what never ran is compiled for size. The profile is only for the compiler that it was made
# with (others build without). hot.txt says where in the cache each hot function lies, and
# place.py finds such an order for the build at hand. tools/train.py makes both anew,
# for which it builds with TRAIN=count and TRAIN=order.

FAST_OBJ := $(addprefix $(BUILD)/,$(FAST_C:.c=.o))
PROFILE_GCC = 12
# How the counted and the final build start must be the same: the counts belong to edges of that code.
FAST_FLAGS = -O2 -mno-save-restore -fno-profile-values

ifeq ($(TRAIN),count)
FAST_FLAGS += -fprofile-generate -fprofile-update=single -fprofile-info-section
# train.py reads the counters from memory; the addresses only tell it which kinds there are.
LDFLAGS += -Wl,--defsym=__gcov_merge_add=4 -Wl,--defsym=__gcov_merge_time_profile=8 \
	-Wl,--defsym=__gcov_init=0 -Wl,--defsym=__gcov_exit=0
else ifeq ($(shell $(CC) -dumpversion | cut -d. -f1),$(PROFILE_GCC))
# Whatever makes code larger costs more in cache misses than it saves.
FAST_FLAGS += -fprofile-use -fprofile-correction -Wno-missing-profile -Wno-coverage-mismatch \
	-fno-inline-functions -fno-unroll-loops -fno-peel-loops -fno-tracer -fno-ipa-cp-clone -fno-split-loops \
	-fno-unswitch-loops -fno-tree-vectorize -fno-tree-loop-distribution -fno-version-loops-for-strides \
	-fno-loop-interchange -fno-split-paths \
	-falign-functions=4 -falign-loops=4 -falign-jumps=4 -falign-labels=4
$(FAST_OBJ): $(GEN)/profile.stamp
$(GEN)/profile.stamp: tuned/profile.txt tuned/profile.py
	@$(PYTHON) tuned/profile.py $< $(BUILD) $(TOP) $(REPO)
	@touch $@
endif

$(FAST_OBJ): CFLAGS += $(FAST_FLAGS)

# Inner loops that no program of the profile runs: of SPI and of the FPGA programmer.
LOOP_OBJ := $(addprefix $(BUILD)/,bindings/machine_spi.o drivers/lx_spi.o drivers/lx_spi_mmap.o drivers/lx_jtag.o drivers/lx_jtag_gpio.o drivers/lx_jtag_spi.o) $(if $(filter 1,$(ECP5)),\
	$(addprefix $(BUILD)/,bitstream.o bridge.o inflate.o tap.o) $(filter %/crc32.o %/nor.o %/nor_write.o,$(JTAG_FLASH_O)) $(filter %/inffast.o %/inflate.o,$(JTAG_ZLIB_O)))
$(LOOP_OBJ): CFLAGS += -O2 -mno-save-restore
# A branch forward is predicted not to be taken: in the order of the source, the looks at status are in a line.
$(BUILD)/drivers/lx_spi.o: CFLAGS += -fno-reorder-blocks -falign-functions=32

# Of these, tuned/fast/ has a better form of some functions.
$(BUILD)/py/gc.o $(BUILD)/py/map.o $(BUILD)/py/qstr.o: CFLAGS += -include tuned/fast/weak.h
