// SPDX-License-Identifier: MIT
// What port/net takes of MicroPython, for the host.
#ifndef FUZZ_NET_MODNETWORK_H
#define FUZZ_NET_MODNETWORK_H

#define MICROPY_PY_NETWORK_HOSTNAME_MAX_LEN (32)
extern char mod_network_hostname_data[MICROPY_PY_NETWORK_HOSTNAME_MAX_LEN + 1];

#endif
