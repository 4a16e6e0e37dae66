// SPDX-License-Identifier: MIT
// TCP by lwIP's own interface, without sockets: what Python's figures of bench/network.py are compared with.
//
// receive(n): have the peer's port 19 send n bytes, which are looked at by nobody. send(n): give its port 9 n bytes out of
// constant memory. Both are called with the connection not yet made, return when the peer is done, and give the
// cycles from the request on.

#include <string.h>

#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"

#include "lwip/tcp.h"
#include "net/net.h"

#define PORT_DISCARD 9
#define PORT_SOURCE 19
#define PIECE 8192
#define BOUND_MS 10000

static struct {
    uint32_t count; // what the peer is told first
    volatile uint32_t left; // to receive
    uint32_t to_send;
    volatile uint32_t start;
    volatile uint32_t end;
    volatile err_t error;
} run;

static const uint8_t piece[PIECE];

static err_t go_on(void *arg, struct tcp_pcb *pcb, u16_t n) {
    (void)arg;
    (void)n;
    while (run.to_send > 0) {
        uint32_t size = run.to_send < PIECE ? run.to_send : PIECE;
        size = size < tcp_sndbuf(pcb) ? size : tcp_sndbuf(pcb);
        if (size == 0 || tcp_write(pcb, piece, (u16_t)size, 0) != ERR_OK) {
            break;
        }
        run.to_send -= size;
    }
    return tcp_output(pcb);
}

static err_t received(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t error) {
    (void)arg;
    (void)error;
    if (p == NULL) {
        run.error = ERR_CLSD;
        return ERR_OK;
    }
    run.left -= p->tot_len < run.left ? p->tot_len : run.left;
    tcp_recved(pcb, p->tot_len);
    pbuf_free(p);
    if (run.left == 0) {
        run.end = mp_hal_ticks_cpu();
    }
    return ERR_OK;
}

static err_t connected(void *arg, struct tcp_pcb *pcb, err_t error) {
    (void)error;
    run.start = mp_hal_ticks_cpu();
    err_t result = tcp_write(pcb, &run.count, sizeof(run.count), 0);
    return result == ERR_OK ? go_on(arg, pcb, 0) : result;
}

static void failed(void *arg, err_t error) {
    (void)arg;
    run.error = error;
}

static mp_obj_t measure(unsigned port, uint32_t count, uint32_t to_receive, uint32_t to_send) {
    ip_addr_t address = IPADDR4_INIT_BYTES(10, 0, 2, 2);
    memset(&run, 0, sizeof(run));
    run.count = count;
    run.left = to_receive;
    run.to_send = to_send;
    net_lock();
    struct tcp_pcb *pcb = tcp_new();
    if (pcb == NULL) {
        net_unlock();
        mp_raise_OSError(MP_ENOMEM);
    }
    tcp_recv(pcb, received);
    tcp_sent(pcb, go_on);
    tcp_err(pcb, failed);
    tcp_connect(pcb, &address, (u16_t)port, connected);
    net_unlock();
    for (uint32_t start = mp_hal_ticks_ms(); run.left > 0 && run.error == ERR_OK && mp_hal_ticks_ms() - start < BOUND_MS;) {
        mp_event_wait_ms(1);
    }
    bool done = run.left == 0 && run.error == ERR_OK;
    net_lock();
    if (run.error == ERR_OK || run.error == ERR_CLSD) {
        tcp_recv(pcb, NULL);
        tcp_sent(pcb, NULL);
        tcp_err(pcb, NULL);
        tcp_abort(pcb);
    }
    net_unlock();
    if (!done) {
        mp_raise_OSError(MP_EIO);
    }
    return mp_obj_new_int_from_uint(run.end - run.start);
}

static mp_obj_t netbench_receive(mp_obj_t n_in) {
    uint32_t n = (uint32_t)mp_obj_get_int(n_in);
    return measure(PORT_SOURCE, n, n, 0);
}
static MP_DEFINE_CONST_FUN_OBJ_1(netbench_receive_obj, netbench_receive);

static mp_obj_t netbench_send(mp_obj_t n_in) {
    uint32_t n = (uint32_t)mp_obj_get_int(n_in);
    return measure(PORT_DISCARD, n, 1, n);
}
static MP_DEFINE_CONST_FUN_OBJ_1(netbench_send_obj, netbench_send);

static const mp_rom_map_elem_t netbench_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__netbench) },
    { MP_ROM_QSTR(MP_QSTR_receive), MP_ROM_PTR(&netbench_receive_obj) },
    { MP_ROM_QSTR(MP_QSTR_send), MP_ROM_PTR(&netbench_send_obj) },
};
static MP_DEFINE_CONST_DICT(netbench_globals, netbench_globals_table);

const mp_obj_module_t netbench_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&netbench_globals,
};
MP_REGISTER_MODULE(MP_QSTR__netbench, netbench_module);
