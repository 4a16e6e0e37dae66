# SPDX-License-Identifier: MIT
# MicroPython for LiteX: what a person or CI starts. `make help` lists it. Each room builds itself
# (port/Makefile, emu/Makefile, tests/host/Makefile); this file only fetches, orders and names.

BUILD ?= build
CACHE ?= $(BUILD)/cache
SOC ?= base
MICROPY_VERSION ?= 1.25.0
FLOAT ?= double

# A LiteX build folder: of the reference SoC named by SOC, else the one the user names.
BUILD_DIRECTORY ?= $(BUILD)/soc/$(SOC)
FIRMWARE_NAME = $(notdir $(patsubst %/,%,$(BUILD_DIRECTORY)))
FIRMWARE = $(BUILD)/firmware/$(FIRMWARE_NAME)/firmware.bin

VENV = $(BUILD)/venv
PYTHON = $(VENV)/bin/python
SOCS = mini base bench phy sdram

ifdef MICROPY_DIR
MICROPY_TREE = $(MICROPY_DIR)
MICROPY_FETCH = test -f $(MICROPY_DIR)/py/mpconfig.h || \
	{ echo "MICROPY_DIR=$(MICROPY_DIR) is no MicroPython source tree (no py/mpconfig.h)" >&2; exit 2; }
else
MICROPY_TREE = $(BUILD)/micropython-$(MICROPY_VERSION)
MICROPY_FETCH = $(PYTHON) tools/fetch.py micropython-$(MICROPY_VERSION) $(MICROPY_TREE) --cache $(CACHE)
endif

MAKEFLAGS += --no-print-directory -s
# The venv's programs (meson and ninja among them) are found first; no Python writes caches into the tree.
export PATH := $(abspath $(VENV))/bin:$(PATH)
export PYTHONDONTWRITEBYTECODE = 1
# What the user may set goes to the rooms as absolute paths, once.
PORT_MAKE = $(MAKE) -C port BUILD_DIRECTORY=$(abspath $(BUILD_DIRECTORY)) \
	OUTPUT=$(abspath $(dir $(FIRMWARE))) MICROPY_DIR=$(abspath $(MICROPY_TREE)) PYTHON=$(abspath $(PYTHON)) FLOAT=$(FLOAT)

.DEFAULT_GOAL := help
.PHONY: help
help: ## List the targets
	@echo "MicroPython for LiteX. Targets (variables in capitals are set as NAME=value):"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

##@ Prompt and firmware

.PHONY: run emu-run rtl-run firmware
run: ## A prompt on the emulated SoC (SOC=base, SCRIPT=file.py, PTY=1, ARGS=options of lxemu)
	@$(MAKE) run-build </dev/null >&2
	@$(RUN) --title "The emulated SoC $(FIRMWARE_NAME). Ctrl-] leaves." -- $(BUILD)/lxemu $(ARGS) --kernel $(FIRMWARE) $(BUILD_DIRECTORY)

emu-run: run ## The same for any LiteX build folder (BUILD_DIRECTORY=path)

rtl-run: ## The same prompt on the Verilated RTL (SOC=base, SCRIPT=, PTY=1, ARGS=options of rtl.run)
	@$(MAKE) rtl-build </dev/null >&2
	@$(RUN) --title "The RTL simulation of $(SOC). Ctrl-] leaves." -- $(PYTHON) -m rtl.run $(SOC) $(ARGS) --kernel $(FIRMWARE)

firmware: run-deps ## firmware.bin for a LiteX build folder (BUILD_DIRECTORY=path, FLOAT=double|single)
	@$(MAKE) firmware-build
	@echo "$(FIRMWARE)"

RUN = $(PYTHON) tools/run.py $(if $(PTY),--pty) $(if $(SCRIPT),--script $(SCRIPT)) $(if $(TIMEOUT),--timeout $(TIMEOUT))

.PHONY: run-deps test-deps run-build rtl-build firmware-build emu socs firmwares
run-deps:
	@tools/apt.sh run
	@$(MAKE) $(VENV)/.installed
	@$(MICROPY_FETCH)

test-deps:
	@tools/apt.sh run test
	@$(MAKE) run-deps

run-build: run-deps
	@$(MAKE) firmware-build emu

rtl-build: test-deps
	@$(MAKE) firmware-build
	@$(PYTHON) -m gateware.build $(SOC) --output-dir $(BUILD)/soc/$(SOC) --rtl $(BUILD)/rtl/$(SOC)

firmware-build: $(if $(filter $(BUILD)/soc/%,$(BUILD_DIRECTORY)),$(BUILD_DIRECTORY)/csr.json)
	@$(PORT_MAKE)

emu:
	@$(MAKE) -C emu BUILD=$(abspath $(BUILD))

# Half an environment is no environment: it is built beside its place and the stamp comes last.
$(VENV)/.installed: tools/requirements.txt
	@echo "Installing the Python packages of tools/requirements.txt into $(VENV)" >&2
	@test -e $@ || /usr/bin/python3 -m venv --clear $(VENV)
	@grep -E '^(setuptools|wheel)==' $< | $(PIP_INSTALL) -r /dev/stdin
	@$(PIP_INSTALL) --no-build-isolation -r $<
	@touch $@

PIP_INSTALL = $(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes

$(BUILD)/soc/%/csr.json: $(wildcard gateware/*.py) $(VENV)/.installed
	@$(PYTHON) -m gateware.build $* --output-dir $(BUILD)/soc/$*
	@touch $@

socs: $(SOCS:%=$(BUILD)/soc/%/csr.json)

firmwares: socs
	@set -e; for soc in $(SOCS); do $(MAKE) SOC=$$soc firmware-build; done

##@ Tests

.PHONY: test test-long test-host test-emu test-device test-upstream test-rtl test-tools soak
test: test-build ## Every test that needs no hardware, under 20 minutes
	@$(PYTHON) tools/test.py

test-long: test-build ## The longer proof that CI runs as well
	@$(PYTHON) tools/test.py --long

test-host test-emu test-device test-upstream test-rtl test-tools: test-build ## One part of `make test`
	@$(PYTHON) tools/test.py $(@:test-%=%)

.PHONY: test-build
test-build: test-deps
	@$(MAKE) firmwares emu

##@ Habits

.PHONY: lint format size bench docs mutate lock clean
lint: test-deps ## Format check, layer check, cppcheck, ruff, codespell
	@$(PYTHON) tools/lint.py

format: test-deps ## Format C and Python in place
	@$(PYTHON) tools/lint.py --fix

size: test-build ## Text, data, bss and stack of each firmware, against the recorded figures (RECORD=1 records)
	@$(PYTHON) tools/size.py $(if $(RECORD),--record)

bench: test-build ## All figures, in simulated cycles or as ratios, into build/bench.json
	@$(PYTHON) -m bench

docs: test-build ## Run every example of the documents
	@$(PYTHON) tools/test.py docs

mutate: test-build ## Seeded bugs, each of which the tests must catch
	@$(PYTHON) tools/mutate.py

lock: $(VENV)/.installed ## Resolve tools/requirements.in into requirements.txt
	@$(PYTHON) tools/lock.py

clean: ## Remove all build products but the fetched sources and the Python environment
	rm -rf $(filter-out $(VENV) $(CACHE) $(BUILD)/micropython-%,$(wildcard $(BUILD)/*))
