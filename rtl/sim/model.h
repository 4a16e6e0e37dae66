// SPDX-License-Identifier: MIT
//
// The Verilated SoC as C sees it. There is one model per process.

#ifndef RTL_MODEL_H
#define RTL_MODEL_H

#ifdef __cplusplus
extern "C" {
#endif

// Creates the model and registers its pads with litex_sim_register_pads().
void model_open(void);

// Runs one clock cycle, up to and including the rising edge.
void model_cycle(void);

// Ends the simulation (Verilog final blocks) and frees the model.
void model_close(void);

#ifdef __cplusplus
}
#endif

#endif // RTL_MODEL_H
