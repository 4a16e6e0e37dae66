// SPDX-License-Identifier: MIT
// Driver statuses (common/status.h) as Python exceptions and as errno values.
#ifndef PORT_ERRORS_H
#define PORT_ERRORS_H

// Raises the exception of a negative status: ValueError for LX_EINVAL, OSError for the others.
void port_check(int status);

// The errno of a negative status, for protocols of extmod/ that return one.
int port_errno(int status);

#endif
