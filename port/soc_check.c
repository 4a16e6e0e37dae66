// SPDX-License-Identifier: MIT
// The identity guard (nobody shall debug a stale build) and the report of bus errors, for which VexRiscv
// raises no exception.

#include "soc_check.h"

#include <string.h>

#include "py/mphal.h"
#include "py/mpprint.h"

#include "drivers/lx_ctrl.h"
#include "drivers/lx_identifier.h"
#include "soc/soc.h"
#include "soc_instances.h"

static uint32_t seen_bus_errors;

static uint32_t bus_errors(void) {
    #if SOC_HAS_CTRL
    return lx_ctrl_bus_errors(&soc_ctrl[0]);
    #else
    return 0;
    #endif
}

void soc_check_init(void) {
    seen_bus_errors = bus_errors();
}

void port_report_bus_errors(void) {
    uint32_t now = bus_errors();
    uint32_t rise = now - seen_bus_errors;
    seen_bus_errors = now;
    if (rise != 0) {
        mp_printf(&mp_plat_print, "bus error: %u access%s to addresses where nothing answers\n",
            (unsigned int)rise, rise == 1 ? "" : "es");
    }
}

// False where CSRs do not even work as this firmware believes; without the register that is unknown.
static bool csrs_are_sane(void) {
    #if SOC_HAS_CTRL
    return lx_ctrl_sane(&soc_ctrl[0]) != LX_EIO;
    #else
    return true;
    #endif
}

// The gateware's identifier; "" where the memory holds none.
static const char *read_identifier(char *text, size_t size) {
    text[0] = '\0';
    #if SOC_HAS_IDENTIFIER
    lx_identifier_read(&soc_identifier[0], text, size);
    // A wrong address shows as bytes that no identifier has.
    for (char *p = text; *p != '\0'; p++) {
        if (*p < ' ' || *p > '~') {
            *p = '?';
        }
    }
    #else
    (void)size;
    #endif
    return text;
}

void soc_check_report(void) {
    const mp_print_t *print = &mp_plat_print;
    const char *expected = soc_identity.identifier;
    if (!csrs_are_sane()) {
        mp_printf(print, "WRONG SoC? ctrl_scratch does not hold what is written to it; "
            "this firmware is for '%s', map 0x%08x\n", expected, (unsigned int)soc_identity.map_hash);
        return;
    }
    char text[IDENTIFIER_MAX_CHARS + 1];
    const char *found = read_identifier(text, sizeof(text));
    bool same_name = strcmp(found, expected) == 0;
    const soc_register_t *hash = soc_identity.has_map_hash ? soc_register_find("soc_map_hash") : NULL;
    if (hash == NULL) {
        if (!same_name) {
            mp_printf(print, "WRONG SoC? this firmware is for '%s', the gateware is '%s' "
                "(it has no map hash to compare)\n", expected, found);
        } else {
            mp_printf(print, "SoC %s; it has no map hash, so the CSR addresses are not compared\n",
                expected[0] != '\0' ? "identifier as expected" : "without identifier");
        }
        return;
    }
    uint32_t found_hash = csr_read(hash->reg);
    if (!same_name || found_hash != soc_identity.map_hash) {
        mp_printf(print, "WRONG SoC? this firmware is for '%s', map 0x%08x; the gateware is '%s', map 0x%08x\n",
            expected, (unsigned int)soc_identity.map_hash, found, (unsigned int)found_hash);
    }
}
