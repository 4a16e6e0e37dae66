// SPDX-License-Identifier: MIT
// What mbedtls asks of a platform (mbedtls/platform.h, platform_time.h, entropy_poll.h, psa/crypto_extra.h): memory,
// time and random bytes.

#include <string.h>

#include "py/runtime.h"

#include "mbedtls/ctr_drbg.h"
#include "mbedtls/entropy.h"
#include "mbedtls/platform.h"
#include "mbedtls/platform_util.h"
#include "mbedtls/ssl.h"
#include "mbedtls/x509.h"
#include "mbedtls/x509_crt.h"
#include "psa/crypto.h"
#include "py/mphal.h"
#include "shared/timeutils/timeutils.h"

#include "module.h"
#include "port_time.h"
#include "random/random.h"

#define NS_PER_S UINT64_C(1000000000)
#define SECONDS_1970_TO_2000 946684800

// MicroPython's heap is given up as a whole, and is not touched any more then.
static bool heap_is_gone;

void port_tls_free(void *ptr) {
    if (!heap_is_gone) {
        m_tracked_free(ptr);
    }
}

// 1970 while the clock was not set: then every certificate starts in the future.
time_t port_tls_time(time_t *seconds) {
    time_t now = 0;
    if (port_time_is_set()) {
        now = (time_t)(mp_hal_time_ns() / NS_PER_S) + SECONDS_1970_TO_2000;
    }
    if (seconds != NULL) {
        *seconds = now;
    }
    return now;
}

mbedtls_ms_time_t mbedtls_ms_time(void) {
    return (mbedtls_ms_time_t)(mp_hal_time_ns() / (NS_PER_S / 1000));
}

struct tm *mbedtls_platform_gmtime_r(const mbedtls_time_t *seconds, struct tm *result) {
    memset(result, 0, sizeof(*result));
    if (*seconds < SECONDS_1970_TO_2000) {
        result->tm_year = 70;
        result->tm_mday = 1;
        return result;
    }
    timeutils_struct_time_t tm;
    timeutils_seconds_since_epoch_to_struct_time((mp_uint_t)(*seconds - SECONDS_1970_TO_2000), &tm);
    result->tm_year = tm.tm_year - 1900;
    result->tm_mon = tm.tm_mon - 1;
    result->tm_mday = tm.tm_mday;
    result->tm_hour = tm.tm_hour;
    result->tm_min = tm.tm_min;
    result->tm_sec = tm.tm_sec;
    return result;
}

// The text of the ValueError that extmod/modtls_mbedtls.c raises for a certificate.
int __real_mbedtls_x509_crt_verify_info(char *text, size_t size, const char *prefix, uint32_t flags);
int __wrap_mbedtls_x509_crt_verify_info(char *text, size_t size, const char *prefix, uint32_t flags);
int __wrap_mbedtls_x509_crt_verify_info(char *text, size_t size, const char *prefix, uint32_t flags) {
    static const char unset[] = "the clock is not set, so the dates of the certificate cannot be checked: "
        "call ntptime.settime() or machine.RTC().datetime((...)) first";
    uint32_t rest = flags & ~(uint32_t)MBEDTLS_X509_BADCERT_FUTURE;
    if (rest == flags || port_time_is_set()) {
        return __real_mbedtls_x509_crt_verify_info(text, size, prefix, flags);
    }
    int n = snprintf(text, size, "%s%s\n", prefix, unset);
    return rest == 0 ? n : n + __real_mbedtls_x509_crt_verify_info(text + n, size - (size_t)n, prefix, rest);
}

// SSLContext.set_ciphers(): without this, a client with suites of TLS 1.2 alone would still offer 1.3, and then fail.
void __real_mbedtls_ssl_conf_ciphersuites(mbedtls_ssl_config *conf, const int *suites);
void __wrap_mbedtls_ssl_conf_ciphersuites(mbedtls_ssl_config *conf, const int *suites);
void __wrap_mbedtls_ssl_conf_ciphersuites(mbedtls_ssl_config *conf, const int *suites) {
    bool has_1_2 = false;
    bool has_1_3 = false;
    for (const int *suite = suites; *suite != 0; suite++) {
        bool is_1_3 = *suite >= MBEDTLS_TLS1_3_AES_128_GCM_SHA256 && *suite <= MBEDTLS_TLS1_3_AES_128_CCM_8_SHA256;
        has_1_3 |= is_1_3;
        has_1_2 |= !is_1_3;
    }
    mbedtls_ssl_conf_min_tls_version(conf, has_1_2 ? MBEDTLS_SSL_VERSION_TLS1_2 : MBEDTLS_SSL_VERSION_TLS1_3);
    mbedtls_ssl_conf_max_tls_version(conf, has_1_3 ? MBEDTLS_SSL_VERSION_TLS1_3 : MBEDTLS_SSL_VERSION_TLS1_2);
    __real_mbedtls_ssl_conf_ciphersuites(conf, suites);
}

// SSLContext(): the numbers of mbedtls's errors for want of entropy look like those of sockets.
int __real_mbedtls_ctr_drbg_seed(mbedtls_ctr_drbg_context *ctx, int (*entropy)(void *, unsigned char *, size_t),
    void *arg, const unsigned char *custom, size_t size);
int __wrap_mbedtls_ctr_drbg_seed(mbedtls_ctr_drbg_context *ctx, int (*entropy)(void *, unsigned char *, size_t),
    void *arg, const unsigned char *custom, size_t size);
int __wrap_mbedtls_ctr_drbg_seed(mbedtls_ctr_drbg_context *ctx, int (*entropy)(void *, unsigned char *, size_t),
    void *arg, const unsigned char *custom, size_t size) {
    uint8_t byte;
    int status = port_random(&byte, sizeof(byte));
    if (status != LX_OK) {
        port_random_raise(status);
    }
    return __real_mbedtls_ctr_drbg_seed(ctx, entropy, arg, custom, size);
}

int mbedtls_hardware_poll(void *data, unsigned char *output, size_t size, size_t *done) {
    (void)data;
    *done = 0;
    if (port_random(output, size) != LX_OK) {
        return MBEDTLS_ERR_ENTROPY_SOURCE_FAILED;
    }
    *done = size;
    return 0;
}

psa_status_t mbedtls_psa_external_get_random(mbedtls_psa_external_random_context_t *context, uint8_t *output,
    size_t size, size_t *done) {
    (void)context;
    *done = 0;
    if (port_random(output, size) != LX_OK) {
        return PSA_ERROR_INSUFFICIENT_ENTROPY;
    }
    *done = size;
    return PSA_SUCCESS;
}

// Keys of a handshake that a reset ended are in the heap that goes.
static void deinit(void) {
    heap_is_gone = true;
    mbedtls_psa_crypto_free();
    heap_is_gone = false;
}

PORT_MODULE(tls) = { .deinit = deinit };
