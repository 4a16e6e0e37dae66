// SPDX-License-Identifier: MIT
// Stands for LiteX's header of constants, which the real irq.h needs.
