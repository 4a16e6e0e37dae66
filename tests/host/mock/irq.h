// SPDX-License-Identifier: MIT
//
// Stands in for the irq.h that LiteX ships for a CPU: same functions, on the CPU that mock.c plays.

#ifndef MOCK_IRQ_H
#define MOCK_IRQ_H

unsigned int irq_getie(void);
void irq_setie(unsigned int ie);
unsigned int irq_getmask(void);
void irq_setmask(unsigned int mask);
unsigned int irq_pending(void);

#endif // MOCK_IRQ_H
