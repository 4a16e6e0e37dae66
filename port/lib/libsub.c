// SPDX-License-Identifier: MIT
// Subtraction of floats as an addition, in the place of libgcc's, which is a second copy of the addition's 1.2 KB.

float __addsf3(float a, float b);
float __subsf3(float a, float b);

float __subsf3(float a, float b) {
    union {
        float value;
        unsigned int bits;
    } negated = { b };
    negated.bits ^= 0x80000000u;
    return __addsf3(a, negated.value);
}
