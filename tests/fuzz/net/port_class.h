// SPDX-License-Identifier: MIT
// For port/net/lwipopts.h: the size class is set in lwipopts.h.
