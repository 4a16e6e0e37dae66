# SPDX-License-Identifier: MIT
# MicroPython for LiteX: what a person or CI starts. `make help` lists it. Each room builds itself
# (port/Makefile, emu/Makefile, tests/host/Makefile); this file only fetches, orders and names.

# make splits a path at its spaces: a folder whose path has spaces is used through a link without.
unspaced = $(if $(word 2,$1),$(shell tools/link.sh "$1"),$1)
ROOT := $(call unspaced,$(CURDIR))
absolute = $(abspath $(if $(filter /%,$1),$1,$(ROOT)/$1))

BUILD ?= build
override BUILD := $(call unspaced,$(BUILD))
CACHE ?= $(BUILD)/cache
SOC ?= $(if $(filter run,$(MAKECMDGOALS)),board,base)
MICROPY_VERSION ?= 1.25.0
FLOAT ?=
JOBS ?= $(shell nproc)

# A LiteX build folder: of the reference SoC named by SOC, else the one the user names.
BUILD_DIRECTORY ?= $(BUILD)/soc/$(SOC)
override BUILD_DIRECTORY := $(call unspaced,$(BUILD_DIRECTORY))
FIRMWARE_NAME = $(notdir $(patsubst %/,%,$(BUILD_DIRECTORY)))
FIRMWARE = $(BUILD)/firmware/$(FIRMWARE_NAME)/firmware.bin
ifneq ($(filter $(BUILD)/soc/%,$(BUILD_DIRECTORY)),)
OWN_SOC = $(BUILD_DIRECTORY)/csr.json
endif

VENV = $(BUILD)/venv
PYTHON = $(call absolute,$(VENV))/bin/python
# Another LiteX than that of tools/requirements.txt: LITEX=/path/to/python, which has it installed.
LITEX ?=
LITEX_PYTHON = $(if $(LITEX),$(call absolute,$(LITEX)),$(PYTHON))
ifneq ($(LITEX),)
export LITEX
endif
SOCS = mini base bench phy sdram full jtag net storage board

ifdef MICROPY_DIR
MICROPY_TREE = $(call unspaced,$(MICROPY_DIR))
MICROPY_FETCH = test -f $(MICROPY_TREE)/py/mpconfig.h || \
	{ echo "MICROPY_DIR=$(MICROPY_DIR) is not a MicroPython source tree: it has no py/mpconfig.h" >&2; exit 2; }
else
MICROPY_TREE = $(BUILD)/micropython-$(MICROPY_VERSION)
MICROPY_FETCH = $(PYTHON) tools/fetch.py micropython-$(MICROPY_VERSION) $(MICROPY_TREE) --cache $(CACHE)
endif

MAKEFLAGS += --no-print-directory -s
# The venv's programs (such as meson and ninja) come first; no Python writes caches into the tree.
export PATH := $(call absolute,$(VENV))/bin:$(PATH)
export PYTHONDONTWRITEBYTECODE = 1
# The rooms' makefiles get absolute paths.
PORT_MAKE = $(MAKE) -j$(JOBS) --output-sync -C port REPO=$(ROOT) \
	BUILD_DIRECTORY=$(call absolute,$(BUILD_DIRECTORY)) OUTPUT=$(call absolute,$(dir $(FIRMWARE))) \
	MICROPY_DIR=$(call absolute,$(MICROPY_TREE)) PYTHON=$(PYTHON) \
	$(if $(FLOAT),FLOAT=$(FLOAT)) $(if $(ECP5),ECP5=$(ECP5)) \
	$(if $(FROZEN_MANIFEST),FROZEN_MANIFEST=$(call absolute,$(call unspaced,$(FROZEN_MANIFEST))))

.DEFAULT_GOAL := help
.PHONY: help
help: ## List the targets
	@echo "MicroPython for LiteX. Targets (variables in capitals are set as NAME=value):"
	@sed -n 's/^\([a-z%-]*\):.*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

##@ Prompt and firmware

WIRING = $(addprefix --wiring ,$(wildcard gateware/wiring/$(FIRMWARE_NAME).txt))
RUN = exec $(PYTHON) tools/run.py --network $(BUILD_DIRECTORY) $(if $(PTY),--pty) $(if $(SCRIPT),--script "$(SCRIPT)") $(if $(TIMEOUT),--timeout $(TIMEOUT))

# What a SoC of `make run` remembers: its SPI flash and its card are files, unless ARGS names other ones.
RUN_MEDIA = media=$$($(PYTHON) tools/media.py $(if $(FRESH),--fresh) --run $(BUILD)/run/$(FIRMWARE_NAME) \
	--kernel $(FIRMWARE) --emulator $(BUILD)/lxemu $(BUILD_DIRECTORY) -- $(ARGS)) || exit;

.PHONY: run emu-run rtl-run firmware
run: image emu ## A prompt on the emulated SoC (SOC=board, SCRIPT=file.py, PTY=1, FRESH=1 forgets its files, ARGS=options of lxemu)
	@$(RUN_MEDIA) $(RUN) --title "The emulated SoC $(FIRMWARE_NAME). Ctrl-] leaves." -- \
		$(BUILD)/lxemu $$media $(ARGS) $(WIRING) --kernel $(FIRMWARE) $(BUILD_DIRECTORY)

emu-run: run ## The same for any LiteX build folder (BUILD_DIRECTORY=path)

rtl-run: image rtl-$(SOC) ## The same prompt on the Verilated RTL (SOC=base, SCRIPT=, PTY=1, ARGS=options of rtl.run)
	@$(RUN) --title "The RTL simulation of $(SOC). Ctrl-] leaves." -- \
		$(PYTHON) -m rtl.run $(SOC) $(ARGS) $(WIRING) --kernel $(FIRMWARE)

firmware: image ## firmware.bin for a LiteX build folder (BUILD_DIRECTORY=path, FLOAT=double or single, ECP5=1 with the FPGA programmer)
	@echo "$(FIRMWARE)"

.PHONY: usermod-unix
usermod-unix: micropython | packages ## Build upstream's unix port with the FPGA programmer: build/usermod/unix/micropython
	@$(MAKE) -j$(JOBS) -C tests/usermod unix MICROPY_DIR=$(call absolute,$(MICROPY_TREE)) >&2 </dev/null
	@echo "$(BUILD)/usermod/unix/micropython"

.PHONY: mpy-cross
mpy-cross: micropython | packages ## Upstream's cross compiler, with native code for every RV32IM core: build/mpy-cross/mpy-cross
	@$(call LOCKED,$(BUILD)/mpy-cross) $(MAKE) -j$(JOBS) -C port/native OUTPUT=$(abspath $(BUILD)/mpy-cross) \
		MICROPY_DIR=$(abspath $(MICROPY_TREE)) >&2 </dev/null
	@echo "$(BUILD)/mpy-cross/mpy-cross"

.PHONY: stubs
stubs: $(OWN_SOC) $(VENV)/.installed ## Write stubs (.pyi) of this SoC for an editor (BUILD_DIRECTORY=path)
	@$(PYTHON) tools/stubs.py $(BUILD_DIRECTORY) --output $(BUILD)/stubs/$(FIRMWARE_NAME)

##@ Steps of the other targets. They print to stderr and read nothing: stdin and stdout are the guest's.

# Only one build runs in a folder at a time: a second terminal waits for the first.
LOCKED = mkdir -p $1 && flock $(patsubst %/,%,$1)/.lock

.PHONY: packages test-packages micropython image deferred-image emu firmwares
packages:
	@tools/apt.sh run

test-packages:
	@tools/apt.sh run test

# The environment is made anew where its stamp or a part is missing, where its Python is not the version that it
# was made for, and where it was copied from elsewhere (its programs name the folder that they were installed in).
VENV_IS_WHOLE = import os, sys; from importlib.util import find_spec; \
	config = dict(line.split(" = ", 1) for line in open(sys.prefix + "/pyvenv.cfg").read().splitlines()); \
	version = config["version"].split("."); made_in = config.get("command", sys.prefix).split(" ")[-1]; \
	same = os.path.realpath(made_in) == os.path.realpath(sys.prefix); \
	sys.exit(not (find_spec("pip") and find_spec("litex") and same \
		and version[:2] == [str(n) for n in sys.version_info[:2]]))
ifneq ($(wildcard $(VENV)/.installed),)
$(shell $(PYTHON) -c '$(VENV_IS_WHOLE)' 2>/dev/null || rm -f $(VENV)/.installed)
endif

$(VENV)/.installed: tools/requirements.txt | packages
	@echo "Installing the Python packages of tools/requirements.txt into $(VENV)" >&2
	@test -e $@ || /usr/bin/python3 -m venv --clear $(call absolute,$(VENV))
	@grep -E '^(setuptools|wheel)==' $< | tools/pip.sh $(PYTHON) -r /dev/stdin
	@tools/pip.sh $(PYTHON) --no-build-isolation -r $< </dev/null
	@touch $@

micropython: | $(VENV)/.installed
	@$(MICROPY_FETCH) >&2 </dev/null

# Which LiteX the SoCs come from; they are generated again where that changes.
$(BUILD)/litex: FORCE | $(VENV)/.installed
	@mkdir -p $(@D); echo "$(LITEX_PYTHON)" | cmp -s - $@ || echo "$(LITEX_PYTHON)" > $@

.PHONY: FORCE
FORCE:

$(BUILD)/soc/%/csr.json: $(wildcard gateware/*.py gateware/litei2c_parts/*.py gateware/litei2c_parts/*/*.py) $(VENV)/.installed $(BUILD)/litex
	@$(LITEX_PYTHON) -m gateware.build $* --output-dir $(call absolute,$(BUILD)/soc/$*) >&2 </dev/null
	@touch $@

image: $(OWN_SOC) micropython
	@test -f $(BUILD_DIRECTORY)/csr.json || $(PORT_MAKE) >&2 </dev/null # which says what is wrong
	@$(call LOCKED,$(dir $(FIRMWARE))) $(PORT_MAKE) >&2 </dev/null

# The firmware of `bench` with a client of soc/deferred.h, for its tests and figures.
deferred-image:
	@$(MAKE) SOC=bench FIRMWARE=$(BUILD)/firmware/bench-deferred/firmware.bin \
		USER_C_MODULES=$(ROOT)/tests/device/modules image

emu: | packages
	@$(call LOCKED,$(BUILD)/emu) $(MAKE) -j$(JOBS) -C emu BUILD=$(call absolute,$(BUILD)) >&2 </dev/null

rtl-%: $(VENV)/.installed | test-packages
	@$(call LOCKED,$(BUILD)/rtl) $(LITEX_PYTHON) -m rtl.build $* --output-dir $(call absolute,$(BUILD)/soc/$*) --rtl $(call absolute,$(BUILD)/rtl/$*) >&2 </dev/null

firmwares: $(SOCS:%=$(BUILD)/soc/%/csr.json) micropython
	@set -e; for soc in $(SOCS); do $(MAKE) SOC=$$soc image; done

##@ Tests

.PHONY: test test-long soak
test: test-build ## The quick suites, under 20 minutes; no hardware needed
	@$(PYTHON) tools/test.py

test-long: test-build ## The long suites: the device scripts on RTL, and more
	@$(PYTHON) tools/test.py --long

soak: test-build ## An hour of fuzzing and hammering (SOAK_SECONDS=3600), and the netlist of the JTAG master
	$(PYTHON) -m unittest tests.bitstream.test_netlist
	$(PYTHON) -m unittest tests.peers.test_faults
	$(PYTHON) tests/fuzz/soak.py --seconds $(or $(SOAK_SECONDS),3600)

test-%: | $(VENV)/.installed ## One suite of tools/suites.toml (test-host, test-device, test-upstream, test-rtl, ...)
	@$(PYTHON) tools/test.py --check $*
	@$(MAKE) test-build
	@$(PYTHON) tools/test.py $*

.PHONY: test-build
test-build: firmwares emu | test-packages

.PHONY: boards
boards: micropython emu ## Each board of litex-boards, generated, built, booted and tried (BOARD=name, OPTIONS=default or more, EVERY=10, REST=1; OPEN=1: bitstreams by open tools)
	@$(if $(OPEN),$(PYTHON) tools/open_boards.py $(BOARD),$(PYTHON) tools/boards.py --jobs $(JOBS) $(if $(EVERY),--every $(EVERY)) $(if $(REST),--rest) $(if $(OPTIONS),--options $(OPTIONS)) $(BOARD))

.PHONY: bitstream
bitstream: micropython emu ## An FPGA's bitstream by open tools, with the firmware (BOARD=radiona_ulx3s, ARGS="--device ...", CORES="jtag_master spi", ALLOW_SLOW=1)
	@$(PYTHON) tools/bitstream.py "$(BOARD)" --arguments="$(ARGS)" --cores="$(CORES)" $(if $(OUTPUT),--output "$(OUTPUT)") $(if $(ALLOW_SLOW),--allow-slow)

##@ Habits

.PHONY: lint format size bench docs mutate train lock clean
lint: micropython | test-packages ## Format check, layer check, cppcheck, ruff, mypy, codespell
	@$(PYTHON) tools/lint.py

format: micropython ## Format C and Python in place
	@$(PYTHON) tools/lint.py --fix

size: test-build ## Text, data, bss and stack of each firmware, against the recorded figures (RECORD=1 records)
	@$(PYTHON) tools/size.py $(if $(RECORD),--record)

bench: test-build ## All figures, in simulated cycles or as ratios, into build/bench.json
	@$(PYTHON) -m bench

docs: test-build ## Run every example of the documents
	@$(PYTHON) tools/test.py docs

mutate: $(VENV)/.installed | test-packages ## Seeded bugs, which the tests must all catch
	@$(PYTHON) tools/mutate.py

train: test-build ## Learn anew how to compile and place the hot code, after changes to it (docs/performance.md)
	@$(PYTHON) tools/train.py

lock: $(VENV)/.installed ## Resolve tools/requirements.in into requirements.txt
	@$(PYTHON) tools/lock.py

clean: ## Remove all build products but the fetched sources and the Python environment
	rm -rf $(filter-out $(VENV) $(CACHE) $(BUILD)/micropython-%,$(wildcard $(BUILD)/*))
