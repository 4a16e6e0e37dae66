// SPDX-License-Identifier: MIT
//
// Starting an operation (jtag.h).

#include "jtag/jtag.h"

int jtag_start(const jtag_transport_t *transport, const jtag_stop_t *stop, const jtag_op_t *op) {
    if (stop->requested && stop->requested(stop->ctx)) {
        if (transport->ops->wait) {
            transport->ops->wait(transport->ctx, 0);
        }
        return LX_EINTR;
    }
    return transport->ops->submit(transport->ctx, op);
}
