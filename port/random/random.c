// SPDX-License-Identifier: MIT
// The firmware's one pool of entropy, what feeds it, and os.urandom. The small size class has none of it.

#include "random/random.h"

#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"

#include "drivers/lx_trng.h"
#include "random/pool.h"
#include "random/urandom.h"
#include "soc_instances.h"

#if PORT_FULL

// Fresh words of the TRNG that go into each output, once the pool is full.
#define RESEED_WORDS 2

// A reset of the virtual machine keeps it.
static pool_t pool;

void port_random_event(void) {
    pool_event(&pool, lx_clock_cycles32(&port_clock));
}

#if SOC_HAS_TRNG

static int add_words(unsigned words) {
    for (unsigned i = 0; i < words; i++) {
        uint32_t word;
        int status = lx_trng_read(&soc_trng[0], &word, LX_TRNG_POLLS);
        if (status != LX_OK) {
            return status;
        }
        pool_add(&pool, &word, sizeof(word), LX_TRNG_BITS_PER_WORD);
    }
    return LX_OK;
}

// A failed test ends output altogether, although the pool alone would still be good.
static int feed(void) {
    while (!pool.seeded) {
        int status = add_words(1);
        if (status != LX_OK) {
            return status;
        }
    }
    return add_words(RESEED_WORDS);
}

#else

static int feed(void) {
    return LX_OK;
}

#endif

int port_random(void *out, size_t bytes) {
    int status = feed();
    if (status != LX_OK) {
        return status;
    }
    return pool_read(&pool, out, bytes) ? LX_OK : LX_EBUSY;
}

// ---- Python -----------------------------------------------------------------------------------------------

MP_NORETURN void port_random_raise(int status) {
    vstr_t vstr;
    mp_print_t print;
    vstr_init_print(&vstr, 160, &print);
    int code = MP_EAGAIN;
    #if SOC_HAS_TRNG
    const char *name = soc_trng[0].name;
    if (status == LX_EIO) {
        code = MP_EIO;
        bool repeats = lx_trng_failures(&soc_trng[0]) & TRNG_STATUS_REPETITION;
        mp_printf(&print, "'%s' failed its %s test, so its bits are not random: litex.entropy_restart() tests it anew",
            name, repeats ? "repetition count" : "adaptive proportion");
    } else if (status == LX_ETIMEDOUT) {
        code = MP_ETIMEDOUT;
        mp_printf(&print, "'%s' does not answer: no random bytes", name);
    }
    #endif
    if (code == MP_EAGAIN) {
        mp_printf(&print, "%u of %u bits of entropy, and no TRNG: type at the console, use the network or call "
            "litex.entropy_seed()", (unsigned)pool_bits(&pool), POOL_BITS_NEEDED);
    }
    (void)status;
    mp_obj_t items[2] = { MP_OBJ_NEW_SMALL_INT(code), mp_obj_new_str_from_vstr(&vstr) };
    nlr_raise(mp_obj_exception_make_new(&mp_type_OSError, MP_ARRAY_SIZE(items), 0, items));
}

static mp_obj_t mp_os_urandom(mp_obj_t count) {
    mp_int_t n = mp_obj_get_int(count);
    if (n < 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("a count is 0 or more"));
    }
    vstr_t vstr;
    vstr_init_len(&vstr, (size_t)n);
    int status = port_random(vstr.buf, (size_t)n);
    if (status != LX_OK) {
        port_random_raise(status);
    }
    return mp_obj_new_bytes_from_vstr(&vstr);
}
MP_DEFINE_CONST_FUN_OBJ_1(mp_os_urandom_obj, mp_os_urandom);

// entropy(): (bits, needed, source); bits reach `needed` once and then stay.
static mp_obj_t entropy(void) {
    #if SOC_HAS_TRNG
    mp_obj_t source = mp_obj_new_str_from_cstr(soc_trng[0].name);
    #else
    mp_obj_t source = MP_OBJ_NEW_QSTR(MP_QSTR_timing);
    #endif
    mp_obj_t items[] = {
        MP_OBJ_NEW_SMALL_INT(pool_bits(&pool)), MP_OBJ_NEW_SMALL_INT(POOL_BITS_NEEDED), source,
    };
    return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
}
MP_DEFINE_CONST_FUN_OBJ_0(port_entropy_obj, entropy);

// entropy_seed(seed, save): seed is what save(next) has stored in the last run.
static mp_obj_t entropy_seed(mp_obj_t seed, mp_obj_t save) {
    mp_buffer_info_t info;
    mp_get_buffer_raise(seed, &info, MP_BUFFER_READ);
    if (info.len < SHA256_BYTES) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("a seed has %d bytes or more, not %d"), SHA256_BYTES,
            (int)info.len);
    }
    uint8_t next[SHA256_BYTES];
    pool_seed(&pool, info.buf, info.len, next);
    mp_call_function_1(save, mp_obj_new_bytes(next, sizeof(next)));
    // What raised above has not replaced the seed, which may be used again then.
    pool_add(&pool, NULL, 0, POOL_BITS_NEEDED);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_2(port_entropy_seed_obj, entropy_seed);

// entropy_restart(): after a failed health test, tests the TRNG from its first bit on.
static mp_obj_t entropy_restart(void) {
    #if SOC_HAS_TRNG
    lx_trng_restart(&soc_trng[0]);
    #endif
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_0(port_entropy_restart_obj, entropy_restart);

#endif
