// SPDX-License-Identifier: MIT
//
// Only to be linked: shows that the module and all that it needs of jtag/ and zlib is there. What is missing of
// MicroPython itself is not looked at.

extern const char jtag_ecp5_module[];

int main(void) {
    return jtag_ecp5_module[0];
}
