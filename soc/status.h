// SPDX-License-Identifier: MIT
//
// Status codes of everything below the port: 0 is success, errors are negative, and counts (where a
// function says that it returns one) are positive. One function of the port turns them into exceptions.

#ifndef SOC_STATUS_H
#define SOC_STATUS_H

typedef enum {
    LX_OK = 0,
    LX_EINVAL = -1, // an argument is outside of what the header allows
    LX_ENODEV = -2, // the SoC has no such core, or the core lacks that register
    LX_EBUSY = -3, // the core is at work, or the resource is taken
    LX_ETIMEDOUT = -4, // the hardware did not answer within the bound
    LX_EIO = -5, // the hardware answered nonsense
    LX_EOVERFLOW = -6, // does not fit: a buffer is too small or data was lost
    LX_ENOTSUP = -7, // the core as built cannot do that
} lx_status_t;

#endif // SOC_STATUS_H
