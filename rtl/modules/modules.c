// SPDX-License-Identifier: MIT
//
// The table of all simulation modules. To add one, write its file beside this one and name it here.

#include "sim.h"

extern const sim_module_t serial_stream_module;
extern const sim_module_t serial_pins_module;
extern const sim_module_t csr_trace_module;
extern const sim_module_t entry_module;
extern const sim_module_t jtag_master_module;
extern const sim_module_t jtag_spi_module;
extern const sim_module_t inputs_module;
extern const sim_module_t outputs_module;
extern const sim_module_t uart_pins_module;
extern const sim_module_t xadc_pins_module;
extern const sim_module_t spi_module;
extern const sim_module_t i2c_module;
extern const sim_module_t sdcard_module;
extern const sim_module_t video_module;
extern const sim_module_t ethernet_module;
extern const sim_module_t spiflash_module;

const sim_module_t *const sim_modules[] = {
    &serial_stream_module,
    &serial_pins_module,
    &csr_trace_module,
    &entry_module,
    &inputs_module,
    &outputs_module,
    &uart_pins_module,
    &xadc_pins_module,
    &spi_module,
    &i2c_module,
    &sdcard_module,
    &video_module,
    &ethernet_module,
    &jtag_master_module,
    &jtag_spi_module, // after spi_module
    &spiflash_module, // the same
    NULL,
};
