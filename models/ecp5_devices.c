// SPDX-License-Identifier: MIT
// The ECP5 family: IDCODEs of FPGA-TN-02039 table B.5, frames of Project Trellis' bitstream format. A 12F is the die of a
// 25F, a UM5G the die of a UM: only the IDCODE tells them apart.

#include "models/ecp5.h"
#include "models/name.h"

#include <string.h>

enum {
    BOUNDARY_25 = 510,          // as the SVF of ecppack shifts it for every device
};

static const ecp5_device_t devices[] = {
    { "LFE5U-12F", 0x21111043, 7562, 592, 0, BOUNDARY_25 },
    { "LFE5U-25F", 0x41111043, 7562, 592, 0, BOUNDARY_25 },
    { "LFE5U-45F", 0x41112043, 9470, 846, 2, BOUNDARY_25 },
    { "LFE5U-85F", 0x41113043, 13294, 1136, 0, BOUNDARY_25 },
    { "LFE5UM-25F", 0x01111043, 7562, 592, 0, BOUNDARY_25 },
    { "LFE5UM-45F", 0x01112043, 9470, 846, 2, BOUNDARY_25 },
    { "LFE5UM-85F", 0x01113043, 13294, 1136, 0, BOUNDARY_25 },
    { "LFE5UM5G-25F", 0x81111043, 7562, 592, 0, BOUNDARY_25 },
    { "LFE5UM5G-45F", 0x81112043, 9470, 846, 2, BOUNDARY_25 },
    { "LFE5UM5G-85F", 0x81113043, 13294, 1136, 0, BOUNDARY_25 },
};

const ecp5_device_t *ecp5_device_at(size_t index) {
    return index < sizeof(devices) / sizeof(devices[0]) ? &devices[index] : NULL;
}

const ecp5_device_t *ecp5_device_find(const char *name) {
    char with_f[16];
    size_t length = strlen(name);
    if (length + 2 > sizeof(with_f)) {
        return NULL;
    }
    memcpy(with_f, name, length + 1);
    if (length != 0 && name[length - 1] != 'F' && name[length - 1] != 'f') {
        strcat(with_f, "F");
    }
    for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
        if (name_equal(devices[i].name, with_f)) {
            return &devices[i];
        }
    }
    return NULL;
}
