// SPDX-License-Identifier: MIT
// What the port finds out about the hardware that it runs on, and says at the prompt.
#ifndef PORT_SOC_CHECK_H
#define PORT_SOC_CHECK_H

// Compares the gateware with what this firmware was built for: ctrl_scratch, identifier, CSR map hash.
// Prints one line where something differs or cannot be compared, nothing where all agrees.
void soc_check_report(void);

// Takes the bus error counter as it is now as the base of port_report_bus_errors().
void soc_check_init(void);

#endif
