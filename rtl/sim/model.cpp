// SPDX-License-Identifier: MIT
//
// The only C++ of the simulation: the Verilated class behind model.h. LiteX generates sim_init.cpp,
// which creates the class and registers the pads of every record.

#include "model.h"
#include "Vsim.h"
#include "verilated.h"

extern "C" void litex_sim_init(void **out);

// sim_init.cpp starts a waveform tracer; this simulation is built without one.
extern "C" void litex_sim_init_tracer(void *, long, long) {
}

// LiteX of 2026 calls this, too: it sets its runtime up there, which is not used here.
extern "C" void litex_sim_init_runtime(long, long) {
}

static Vsim *model;

void model_open(void) {
    void *out;
    litex_sim_init(&out);
    model = static_cast<Vsim *>(out);
    model->sys_clk = 0;
    model->eval();
}

void model_cycle(void) {
    model->sys_clk = 0;
    model->eval();
    model->sys_clk = 1;
    model->eval();
}

void model_close(void) {
    model->final();
    delete model;
}
