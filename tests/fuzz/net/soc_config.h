// SPDX-License-Identifier: MIT
// A SoC with one MAC, as soc/generate.py writes it.
#define SOC_CLOCK_HZ 100000000
