// SPDX-License-Identifier: MIT
//
// Status codes of drivers/ and soc/: 0 is success, errors are negative; a function that documents a count returns it as
// a positive number. One function of the port turns errors into exceptions.

#ifndef SOC_STATUS_H
#define SOC_STATUS_H

typedef enum {
    LX_OK = 0,
    LX_EINVAL = -1, // an argument is outside the range that the header gives
    LX_ENODEV = -2, // the SoC has no such core, or the core lacks that register
    LX_EBUSY = -3, // the core is working, or the resource is in use
    LX_ETIMEDOUT = -4, // the hardware did not answer within the bound
    LX_EIO = -5, // the hardware gave an invalid answer
    LX_EOVERFLOW = -6, // does not fit: a buffer is too small or data was lost
    LX_ENOTSUP = -7, // this build of the core lacks the feature
} lx_status_t;

#endif // SOC_STATUS_H
