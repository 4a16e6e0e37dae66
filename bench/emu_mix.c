// SPDX-License-Identifier: MIT
//
// An instruction mix for comparing emulators: sort, CRC, matrix product, division, copies, a string
// hash and calls through pointers. Written for a bare RV32IM machine; MIX_END is its last statement.

#include <stdint.h>

#define WORDS (1024)
#define SIZE (24)

static uint32_t words[WORDS];
static uint8_t bytes[4 * WORDS];
static int32_t a[SIZE][SIZE], b[SIZE][SIZE], c[SIZE][SIZE];
volatile uint32_t mix_result;

static uint32_t next(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return *state;
}

static void sort(uint32_t *v, int low, int high) {
    while (low < high) {
        uint32_t pivot = v[(low + high) / 2];
        int i = low, j = high;
        while (i <= j) {
            while (v[i] < pivot) {
                i++;
            }
            while (v[j] > pivot) {
                j--;
            }
            if (i <= j) {
                uint32_t t = v[i];
                v[i++] = v[j];
                v[j--] = t;
            }
        }
        sort(v, low, j);
        low = i;
    }
}

static uint32_t crc(const uint8_t *data, int size) {
    uint32_t sum = ~0u;
    for (int i = 0; i < size; i++) {
        sum ^= data[i];
        for (int bit = 0; bit < 8; bit++) {
            sum = sum >> 1 ^ (0xedb88320u & -(sum & 1));
        }
    }
    return ~sum;
}

static uint32_t product(uint32_t seed) {
    for (int i = 0; i < SIZE; i++) {
        for (int j = 0; j < SIZE; j++) {
            a[i][j] = (int32_t)next(&seed) >> 20;
            b[i][j] = (int32_t)next(&seed) >> 20;
        }
    }
    uint32_t sum = 0;
    for (int i = 0; i < SIZE; i++) {
        for (int j = 0; j < SIZE; j++) {
            c[i][j] = 0;
            for (int k = 0; k < SIZE; k++) {
                c[i][j] += a[i][k] * b[k][j];
            }
            sum += (uint32_t)c[i][j];
        }
    }
    return sum;
}

static uint32_t quotients(uint32_t seed) {
    uint32_t sum = 0;
    for (int i = 1; i < 500; i++) {
        uint32_t n = next(&seed);
        sum += n / (uint32_t)i + n % (uint32_t)(i + 3);
    }
    return sum;
}

static uint32_t hash(uint32_t seed) {
    for (int i = 0; i < 4 * WORDS; i++) {
        bytes[i] = (uint8_t)(next(&seed) >> 24);
    }
    uint32_t sum = 5381;
    for (int i = 0; i < 4 * WORDS; i++) {
        sum = sum * 33 ^ bytes[i];
    }
    return sum;
}

static uint32_t sorted(uint32_t seed) {
    for (int i = 0; i < WORDS; i++) {
        words[i] = next(&seed);
    }
    sort(words, 0, WORDS - 1);
    return words[WORDS / 2] ^ crc(bytes, WORDS);
}

static uint32_t(*const parts[])(uint32_t) = { sorted, product, quotients, hash };

void mix(void) {
    uint32_t sum = 0;
    for (uint32_t turn = 0; turn < TURNS; turn++) {
        for (unsigned i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
            sum += parts[i](sum + turn);
        }
    }
    mix_result = sum;
    MIX_END;
    for (;;) {
        __asm volatile ("wfi");
    }
}

__attribute__((naked, section(".text.startup"))) void _start(void) {
    __asm volatile ("li sp, 0x80100000\n j mix");
}
