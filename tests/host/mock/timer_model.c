// SPDX-License-Identifier: MIT

#include "timer_model.h"

#include <string.h>

static void tick(void *arg) {
    timer_model_t *m = arg;
    bool zero = m->value == 0;
    bool en = (mock_get(m->en) & 1) != 0;
    if (m->latch) {
        m->latch = false;
        m->latched = m->value;
        m->total_latched = m->total;
        m->latches++;
    }
    if (m->uptime_latch) {
        m->uptime_latch = false;
        m->uptime_latched = m->uptime;
        m->total_latched = m->total;
        m->latches++;
    }
    if (m->clear) {
        m->clear = false;
        m->pending = false;
    }
    if (zero && !m->was_zero) {
        m->pending = true;
    }
    m->was_zero = zero;
    if (en) {
        m->value = zero ? (uint32_t)mock_get(m->reload) : m->value - 1;
        m->total++;
    } else {
        m->value = (uint32_t)mock_get(m->load);
        m->total = 0;
    }
    m->uptime++;
}

static bool irq(void *arg) {
    timer_model_t *m = arg;
    return !m->stuck && m->pending && (mock_get(m->enable) & 1) != 0;
}

static uint64_t read_value(mock_reg_t *reg) {
    timer_model_t *m = reg->arg;
    return m->stuck ? m->stuck_value : m->latched;
}

static uint64_t read_status(mock_reg_t *reg) {
    timer_model_t *m = reg->arg;
    return m->value == 0;
}

static uint64_t read_pending(mock_reg_t *reg) {
    timer_model_t *m = reg->arg;
    return !m->stuck && m->pending;
}

static uint64_t read_uptime(mock_reg_t *reg) {
    timer_model_t *m = reg->arg;
    return m->uptime_latched;
}

static void write_update(mock_reg_t *reg, uint64_t value) {
    (void)value;
    ((timer_model_t *)reg->arg)->latch = true;
}

static void write_pending(mock_reg_t *reg, uint64_t value) {
    if ((value & 1) != 0) {
        ((timer_model_t *)reg->arg)->clear = true;
    }
}

static void write_uptime_latch(mock_reg_t *reg, uint64_t value) {
    (void)value;
    ((timer_model_t *)reg->arg)->uptime_latch = true;
}

void timer_model_init(timer_model_t *model, lx_timer_regs_t *regs, bool with_uptime) {
    memset(model, 0, sizeof(*model));
    memset(regs, 0, sizeof(*regs));
    regs->name = "timer0";
    regs->irq = 1;
    model->load = mock_add(32, CSR_ACCESS_RW);
    regs->load = model->load->reg;
    model->reload = mock_add(32, CSR_ACCESS_RW);
    regs->reload = model->reload->reg;
    model->en = mock_add(1, CSR_ACCESS_RW);
    regs->en = model->en->reg;
    mock_reg_t *update = mock_add(1, CSR_ACCESS_RW);
    update->on_write = write_update;
    update->arg = model;
    regs->update_value = update->reg;
    mock_reg_t *value = mock_add(32, CSR_ACCESS_RO);
    value->on_read = read_value;
    value->arg = model;
    regs->value = value->reg;
    mock_reg_t *status = mock_add(1, CSR_ACCESS_RO);
    status->on_read = read_status;
    status->arg = model;
    regs->ev_status = status->reg;
    mock_reg_t *pending = mock_add(1, CSR_ACCESS_RW);
    pending->on_read = read_pending;
    pending->on_write = write_pending;
    pending->arg = model;
    regs->ev_pending = pending->reg;
    model->enable = mock_add(1, CSR_ACCESS_RW);
    regs->ev_enable = model->enable->reg;
    if (with_uptime) {
        mock_reg_t *latch = mock_add(1, CSR_ACCESS_RW);
        latch->on_write = write_uptime_latch;
        latch->arg = model;
        regs->uptime_latch = latch->reg;
        mock_reg_t *uptime = mock_add(64, CSR_ACCESS_RO);
        uptime->on_read = read_uptime;
        uptime->arg = model;
        regs->uptime_cycles = uptime->reg;
    }
    mock_add_ticker(tick, model);
    mock_add_irq(1, irq, model);
}
