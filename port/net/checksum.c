// SPDX-License-Identifier: MIT
// The Internet checksum (RFC 1071) for lwIP, a word at a time: the sum in ones' complement of 16-bit words in memory's
// order. Bytes before the first whole word are summed as if they lay in one, which rotates the sum by their number of
// bits; it is rotated back at the end.

#include <stdbool.h>
#include <string.h>

#include "lwip/opt.h"
#include "lwip/inet_chksum.h"

#include "common/checksum.h"

uint16_t net_checksum(const void *data, int n) {
    const uint8_t *p = data;
    uint32_t sum = 0;
    unsigned shift = 8 * ((uintptr_t)p & 3);
    bool odd = (shift & 8) != 0;
    for (; n > 0 && ((uintptr_t)p & 3) != 0; n--, shift += 8) {
        sum = checksum_add(sum, (uint32_t)*p++ << shift);
    }
    const uint32_t *words = (const void *)p;
    for (; n >= 16; n -= 16, words += 4) {
        uint32_t a = words[0];
        uint32_t b = words[1];
        uint32_t c = words[2];
        uint32_t d = words[3];
        sum = checksum_add(sum, a);
        sum = checksum_add(sum, b);
        sum = checksum_add(sum, c);
        sum = checksum_add(sum, d);
    }
    for (; n >= 4; n -= 4) {
        sum = checksum_add(sum, *words++);
    }
    p = (const void *)words;
    for (shift = 0; n > 0; n--, shift += 8) {
        sum = checksum_add(sum, (uint32_t)*p++ << shift);
    }
    uint16_t result = checksum_folded(sum);
    return odd ? (uint16_t)(result << 8 | result >> 8) : result;
}

uint16_t net_checksum_copy(void *to, const void *from, uint16_t n) {
    if ((((uintptr_t)to | (uintptr_t)from) & 3) != 0) {
        memcpy(to, from, n);
        return net_checksum(to, n);
    }
    uint32_t *out = to;
    const uint32_t *in = from;
    uint32_t sum = 0;
    unsigned left = n;
    for (; left >= 16; left -= 16, in += 4, out += 4) {
        uint32_t a = in[0];
        uint32_t b = in[1];
        uint32_t c = in[2];
        uint32_t d = in[3];
        out[0] = a;
        sum = checksum_add(sum, a);
        out[1] = b;
        sum = checksum_add(sum, b);
        out[2] = c;
        sum = checksum_add(sum, c);
        out[3] = d;
        sum = checksum_add(sum, d);
    }
    for (; left >= 4; left -= 4) {
        sum = checksum_add(sum, *out++ = *in++);
    }
    const uint8_t *p = (const void *)in;
    uint8_t *q = (void *)out;
    for (unsigned shift = 0; left > 0; left--, shift += 8) {
        sum = checksum_add(sum, (uint32_t)(*q++ = *p++) << shift);
    }
    return checksum_folded(sum);
}
