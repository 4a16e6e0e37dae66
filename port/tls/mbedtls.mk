# SPDX-License-Identifier: MIT
# mbedtls (tools/sources.toml) for firmware.mk, where TLS=1; MBEDTLS_DIR is another tree of it.

MBEDTLS_DIR ?= $(REPO)/build/mbedtls-3.6.6
ifeq ($(wildcard $(MBEDTLS_DIR)/library/ssl_tls.c),)
$(shell cd $(REPO) && $(PYTHON) tools/fetch.py mbedtls-3.6.6 $(MBEDTLS_DIR) --cache $(or $(CACHE),build/cache) >&2)
endif

# What key exchange, signatures and bulk data spend their time in.
MBEDTLS_FAST := aes bignum bignum_core chacha20 chachapoly constant_time ecp ecp_curves gcm md5 poly1305 sha1 sha256 sha512
MBEDTLS_REST := asn1parse asn1write base64 block_cipher cipher cipher_wrap ctr_drbg debug ecdh ecdsa entropy hkdf md oid pem pk \
	pk_ecc pk_wrap pkcs5 pkparse platform platform_util psa_crypto psa_crypto_aead psa_crypto_cipher psa_crypto_client \
	psa_crypto_driver_wrappers_no_static psa_crypto_ecp psa_crypto_hash psa_crypto_mac psa_crypto_random psa_crypto_rsa \
	psa_crypto_slot_management psa_util rsa rsa_alt_helpers ssl_ciphersuites ssl_client \
	ssl_debug_helpers_generated ssl_msg ssl_tls ssl_tls12_client ssl_tls12_server ssl_tls13_client ssl_tls13_generic \
	ssl_tls13_keys ssl_tls13_server x509 x509_crt

# Objects are found by the folder's own name, below the folder that it lies in.
MBEDTLS_PLACE := $(notdir $(MBEDTLS_DIR))/library
MBEDTLS_FAST_O := $(addprefix $(BUILD)/$(MBEDTLS_PLACE)/,$(MBEDTLS_FAST:=.o))
MBEDTLS_O := $(MBEDTLS_FAST_O) $(addprefix $(BUILD)/$(MBEDTLS_PLACE)/,$(MBEDTLS_REST:=.o)) \
	$(BUILD)/lib/mbedtls_errors/mp_mbedtls_errors.o
vpath $(MBEDTLS_PLACE)/%.c $(dir $(MBEDTLS_DIR))

CFLAGS += -DPORT_TLS=1 -DMICROPY_SSL_MBEDTLS=1 '-DMBEDTLS_CONFIG_FILE="tls/mbedtls_config.h"' -I$(MBEDTLS_DIR)/include \
	-ffile-prefix-map=$(MBEDTLS_DIR)=mbedtls
$(MBEDTLS_O): CFLAGS += -w
$(MBEDTLS_FAST_O): CFLAGS += -O2 -mno-save-restore

# In tls/platform.c: better texts where the clock was never set and where there is not enough entropy, and the versions that follow from SSLContext.set_ciphers().
LDFLAGS += -Wl,--wrap=mbedtls_x509_crt_verify_info -Wl,--wrap=mbedtls_ssl_conf_ciphersuites -Wl,--wrap=mbedtls_ctr_drbg_seed

# gcm.c with the multiplication of tls/gcm_words.h, as its own is static: one call is another one in a copy of it.
MBEDTLS_GCM := $(BUILD)/tls/gcm.c
$(MBEDTLS_GCM): $(MBEDTLS_DIR)/library/gcm.c tls/mbedtls.mk
	@mkdir -p $(@D)
	@sed 's/gcm_mult_smalltable(output, x, ctx->H)/gcm_mult_by_words(output, x, ctx->H)/' $< >$@
	@grep -q 'gcm_mult_by_words(output' $@ || { echo "tls: $< has no gcm_mult_smalltable()" >&2; rm $@; exit 2; }
$(BUILD)/$(MBEDTLS_PLACE)/gcm.o: CFLAGS += -O3 -I$(MBEDTLS_DIR)/library -include tls/gcm_words.h
$(BUILD)/$(MBEDTLS_PLACE)/gcm.o: $(MBEDTLS_GCM) tls/gcm_words.h
	$(call compile_c)
