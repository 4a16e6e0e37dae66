// SPDX-License-Identifier: MIT
// The flash and the board by description: options in any order, and what is said of wrong ones.

#include "tests/models/unit/check.h"

#include <string.h>

#include "models/nor_file.h"
#include "models/plug.h"

static void flashes(check_t *check) {
    static const struct {
        const char *spec;
        const char *error;
    } wrong[] = {
        { ",chip", "option chip: give chip=, times= or fault=" },
        { ",color=red", "option color: give chip=, times= or fault=" },
        { ",chip=W25Q1", "chip W25Q1: not known; `vecp5 --flash list` shows all" },
        { ",times=none,times=long", "times long: give typical, maximum or none" },
        { ",fault=no-done", "fault no-done: not a fault of a flash; `vecp5 --fault list` shows all" },
    };
    char error[256];
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        CHECK(check, nor_file_open(wrong[i].spec, error, sizeof(error)) == NULL);
        CHECK(check, strcmp(error, wrong[i].error) == 0);
    }
    nor_file_t *flash = nor_file_open("", error, sizeof(error));
    CHECK(check, flash != NULL && flash->nor.chip == nor_chip_find("W25Q128") && !flash->file);
    nor_file_close(flash);
    flash = nor_file_open(",fault=flash-stuck-busy=3,times=none,chip=W25Q32", error, sizeof(error));
    CHECK(check, flash != NULL && flash->nor.chip == nor_chip_find("W25Q32"));
    CHECK(check, flash != NULL && flash->nor.times == NOR_TIMES_NONE && flash->nor.fault == NOR_FAULT_STUCK_BUSY);
    nor_file_close(flash);
}

static void boards(check_t *check) {
    static const struct {
        const char *spec;
        const char *error;
    } wrong[] = {
        { "ecp6:LFE5U-25F", "device ecp6:LFE5U-25F: give ecp5:DEVICE, as ecp5:LFE5U-25F" },
        { "ecp5:LFE5U-99F,times=none", "device LFE5U-99F: not known; `vecp5 --device list` shows all" },
        { "ecp5:LFE5U-25F,flash", "option flash: give flash=, file=, fault= or times=" },
        { "ecp5:LFE5U-25F,flash=none,fault=x", "fault x: not known; `vecp5 --fault list` shows all" },
    };
    char error[256];
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        CHECK(check, plug_open(wrong[i].spec, error, sizeof(error)) == NULL);
        CHECK(check, strcmp(error, wrong[i].error) == 0);
    }
    plug_t *plug = plug_open("ecp5:LFE5U-25F,fault=wrong-id,flash=W25Q32,times=none", error, sizeof(error));
    CHECK(check, plug != NULL);
    plug_close(plug);
}

void test_spec(check_t *check) {
    flashes(check);
    boards(check);
}
