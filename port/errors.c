// SPDX-License-Identifier: MIT
// The one place where a driver's status becomes an exception.

#include "py/mperrno.h"
#include "py/runtime.h"

#include "common/status.h"
#include "errors.h"

// Index is the negated status; 0 is ValueError, which has no errno.
static const uint8_t errno_of[] = {
    [-LX_EINVAL] = 0,
    [-LX_ENODEV] = MP_ENODEV,
    [-LX_EBUSY] = MP_EBUSY,
    [-LX_ETIMEDOUT] = MP_ETIMEDOUT,
    [-LX_EIO] = MP_EIO,
    [-LX_EOVERFLOW] = MP_ENOMEM,
    [-LX_ENOTSUP] = MP_EOPNOTSUPP,
};

int port_errno(int status) {
    if (status == LX_EINVAL) {
        return MP_EINVAL;
    }
    return (size_t)-status < MP_ARRAY_SIZE(errno_of) ? errno_of[-status] : MP_EIO;
}

void port_check(int status) {
    if (status >= 0) {
        return;
    }
    if (status == LX_EINVAL) {
        mp_raise_ValueError(MP_ERROR_TEXT("argument out of range"));
    }
    mp_raise_OSError(port_errno(status));
}
