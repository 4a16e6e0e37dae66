// SPDX-License-Identifier: MIT
// network.LAN: Ethernet over LiteEth, as upstream's LAN of stm32 and mimxrt, with what LiteX has besides: any number of
// MACs, PHY registers, counters, mDNS services. Sockets are upstream's (extmod/modlwip.c).

#include <string.h>

#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"

#if PORT_NET

#include "lwip/apps/mdns.h"
#include "lwip/dhcp.h"
#include "lwip/dns.h"
#include "lwip/memp.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/stats.h"

#include "bindings/classes.h"
#include "bindings/instance.h"
#include "errors.h"
#include "net/net.h"
#include "soc_instances.h"

#define DHCP_MS 10000

// What status() returns, as upstream's Ethernet does.
enum { STATUS_DOWN = 0, STATUS_LINK = 1, STATUS_NO_ADDRESS = 2, STATUS_UP = 3 };

typedef struct {
    mp_obj_base_t base;
    net_lan_t *lan;
} network_lan_obj_t;

static network_lan_obj_t objects[SOC_ETHMAC_COUNT];

static void delay_ms(uint32_t ms) {
    mp_hal_delay_ms(ms);
}

static net_lan_t *lan_of(mp_obj_t self_in) {
    network_lan_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (!self->lan->ready) {
        mp_raise_msg(&mp_type_OSError, MP_ERROR_TEXT("this LAN object is from before a soft reset: make a new one"));
    }
    return self->lan;
}

static void need_phy(const net_lan_t *lan) {
    if (!lan->has_phy) {
        mp_raise_msg_varg(&mp_type_OSError, MP_ERROR_TEXT("%s: no PHY answers on MDIO"), lan->eth.regs->name);
    }
}

static mp_obj_t network_lan_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    // phy_type and ref_clk_mode are for boards of other ports: the gateware knows both.
    enum { ARG_id, ARG_phy_addr };
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_id, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_INT(0)} },
        { MP_QSTR_phy_addr, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = -1} },
        { MP_QSTR_phy_type, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_ref_clk_mode, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
    };
    mp_arg_val_t parsed[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all_kw_array(n_args, n_kw, args, MP_ARRAY_SIZE(allowed_args), allowed_args, parsed);
    static const port_table_t table = PORT_TABLE(soc_ethmac);
    const lx_liteeth_regs_t *regs = port_instance(parsed[ARG_id].u_obj, "ethmac", &table, 1, NULL);
    size_t index = (size_t)(regs - soc_ethmac);
    mp_int_t phy = parsed[ARG_phy_addr].u_int;
    if (phy < -1 || phy >= LX_MDIO_PHYS) {
        mp_raise_ValueError(MP_ERROR_TEXT("phy_addr must be 0 to 31"));
    }

    net_start();
    network_lan_obj_t *self = &objects[index];
    self->base.type = type;
    self->lan = &net_lans[index];
    if (!self->lan->ready) {
        port_check(net_lan_start(self->lan, index, delay_ms));
    }
    if (phy >= 0) {
        self->lan->phy = (uint8_t)phy;
    }
    return MP_OBJ_FROM_PTR(self);
}

static unsigned status_of(const net_lan_t *lan) {
    if (!lan->active || !netif_is_link_up(&lan->netif)) {
        return STATUS_DOWN;
    }
    return ip4_addr_isany_val(*netif_ip4_addr(&lan->netif)) ? STATUS_NO_ADDRESS : STATUS_UP;
}

static void network_lan_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    const network_lan_obj_t *self = MP_OBJ_TO_PTR(self_in);
    char address[IP4ADDR_STRLEN_MAX];
    ip4addr_ntoa_r(netif_ip4_addr(&self->lan->netif), address, sizeof(address));
    mp_printf(print, "<LAN %s status=%u %s>", soc_ethmac[self - objects].name, status_of(self->lan), address);
}

static mp_obj_t network_lan_active(size_t n_args, const mp_obj_t *args) {
    net_lan_t *lan = lan_of(args[0]);
    if (n_args == 1) {
        return mp_obj_new_bool(lan->active);
    }
    bool active = mp_obj_is_true(args[1]);
    net_lock();
    net_lan_activate(lan, active);
    net_unlock();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(network_lan_active_obj, 1, 2, network_lan_active);

static mp_obj_t network_lan_isconnected(mp_obj_t self_in) {
    return mp_obj_new_bool(status_of(lan_of(self_in)) == STATUS_UP);
}
static MP_DEFINE_CONST_FUN_OBJ_1(network_lan_isconnected_obj, network_lan_isconnected);

static mp_obj_t network_lan_status(size_t n_args, const mp_obj_t *args) {
    net_lan_t *lan = lan_of(args[0]);
    if (n_args == 1) {
        return MP_OBJ_NEW_SMALL_INT(status_of(lan));
    }
    qstr name = mp_obj_str_get_qstr(args[1]);
    if (name == MP_QSTR_speed) {
        return MP_OBJ_NEW_SMALL_INT(lan->mbps);
    }
    mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("unknown status param %q: there is speed"), name);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(network_lan_status_obj, 1, 2, network_lan_status);

// ---- Addresses ------------------------------------------------------------------------------------------

static mp_obj_t address_text(const ip4_addr_t *address) {
    char text[IP4ADDR_STRLEN_MAX];
    ip4addr_ntoa_r(address, text, sizeof(text));
    return mp_obj_new_str_from_cstr(text);
}

static ip4_addr_t parse_address(mp_obj_t text_in, const char *what) {
    ip4_addr_t address;
    const char *text = mp_obj_str_get_str(text_in);
    if (!ip4addr_aton(text, &address)) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%s '%s' is not an IPv4 address"), what, text);
    }
    return address;
}

static void need_active(const net_lan_t *lan) {
    if (!lan->active) {
        mp_raise_msg(&mp_type_OSError, MP_ERROR_TEXT("the LAN is not active: call active(True) first"));
    }
}

static void wait_for_lease(net_lan_t *lan) {
    need_active(lan);
    net_lock();
    if (dhcp_supplied_address(&lan->netif)) {
        dhcp_renew(&lan->netif);
    } else {
        dhcp_stop(&lan->netif);
        dhcp_start(&lan->netif);
    }
    lan->dhcp = true;
    net_unlock();
    mp_uint_t start = mp_hal_ticks_ms();
    while (!dhcp_supplied_address(&lan->netif)) {
        if (mp_hal_ticks_ms() - start > DHCP_MS) {
            mp_raise_msg(&mp_type_OSError, netif_is_link_up(&lan->netif)
                ? MP_ERROR_TEXT("timeout waiting for DHCP to get IP address")
                : MP_ERROR_TEXT("no link: timeout waiting for DHCP to get IP address"));
        }
        mp_event_wait_ms(1);
    }
}

// The tuple (address, mask, gateway, DNS server); "dhcp" waits for a lease.
static mp_obj_t network_lan_ifconfig(size_t n_args, const mp_obj_t *args) {
    net_lan_t *lan = lan_of(args[0]);
    struct netif *netif = &lan->netif;
    if (n_args == 1) {
        const ip_addr_t *dns = dns_getserver(0);
        mp_obj_t items[4] = {
            address_text(netif_ip4_addr(netif)),
            address_text(netif_ip4_netmask(netif)),
            address_text(netif_ip4_gw(netif)),
            address_text(IP_IS_V4(dns) ? ip_2_ip4(dns) : IP4_ADDR_ANY4),
        };
        return mp_obj_new_tuple(4, items);
    }
    if (mp_obj_is_str(args[1])) {
        if (mp_obj_str_get_qstr(args[1]) != MP_QSTR_dhcp) {
            mp_raise_ValueError(MP_ERROR_TEXT("ifconfig takes 'dhcp' or (address, mask, gateway, dns)"));
        }
        wait_for_lease(lan);
        return mp_const_none;
    }
    mp_obj_t *items;
    mp_obj_get_array_fixed_n(args[1], 4, &items);
    ip4_addr_t address = parse_address(items[0], "address");
    ip4_addr_t mask = parse_address(items[1], "mask");
    ip4_addr_t gateway = parse_address(items[2], "gateway");
    ip_addr_t dns;
    ip_addr_copy_from_ip4(dns, parse_address(items[3], "DNS server"));
    net_lock();
    lan->dhcp = false;
    dhcp_release_and_stop(netif);
    netif_set_addr(netif, &address, &mask, &gateway);
    dns_setserver(0, &dns);
    net_unlock();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(network_lan_ifconfig_obj, 1, 2, network_lan_ifconfig);

static mp_obj_t network_lan_ipconfig(size_t n_args, const mp_obj_t *args, mp_map_t *kwargs) {
    net_lan_t *lan = lan_of(args[0]);
    mp_map_elem_t *dhcp = mp_map_lookup(kwargs, MP_OBJ_NEW_QSTR(MP_QSTR_dhcp4), MP_MAP_LOOKUP);
    mp_obj_t result = mod_network_nic_ipconfig(&lan->netif, n_args - 1, args + 1, kwargs);
    if (dhcp != NULL) {
        lan->dhcp = mp_obj_is_true(dhcp->value);
    }
    return result;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(network_lan_ipconfig_obj, 1, network_lan_ipconfig);

static void set_mac(net_lan_t *lan, mp_obj_t value) {
    mp_buffer_info_t mac;
    mp_get_buffer_raise(value, &mac, MP_BUFFER_READ);
    if (mac.len != LX_LITEETH_MAC_BYTES) {
        mp_raise_ValueError(MP_ERROR_TEXT("mac must have 6 bytes"));
    }
    const uint8_t *bytes = mac.buf;
    static const uint8_t zeros[LX_LITEETH_MAC_BYTES];
    if ((bytes[0] & 1) != 0 || memcmp(bytes, zeros, sizeof(zeros)) == 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("mac is a multicast address or zero: the first byte must be even"));
    }
    net_lock();
    bool active = lan->active;
    net_lan_activate(lan, false);
    net_lan_set_mac(lan, bytes);
    net_lan_activate(lan, active);
    net_unlock();
}

static mp_obj_t network_lan_config(size_t n_args, const mp_obj_t *args, mp_map_t *kwargs) {
    net_lan_t *lan = lan_of(args[0]);
    if (kwargs->used == 0) {
        if (n_args != 2) {
            mp_raise_TypeError(MP_ERROR_TEXT("must query one param"));
        }
        switch (mp_obj_str_get_qstr(args[1])) {
            case MP_QSTR_mac:
                return mp_obj_new_bytes(lan->netif.hwaddr, LX_LITEETH_MAC_BYTES);
            case MP_QSTR_hostname:
                return mod_network_hostname(0, NULL);
        }
        mp_raise_ValueError(MP_ERROR_TEXT("unknown config param: there are mac, hostname"));
    }
    if (n_args != 1) {
        mp_raise_TypeError(MP_ERROR_TEXT("can't specify pos and kw args"));
    }
    for (size_t i = 0; i < kwargs->alloc; i++) {
        if (!mp_map_slot_is_filled(kwargs, i)) {
            continue;
        }
        mp_map_elem_t *e = &kwargs->table[i];
        switch (mp_obj_str_get_qstr(e->key)) {
            case MP_QSTR_mac:
                set_mac(lan, e->value);
                break;
            case MP_QSTR_hostname: {
                size_t length;
                mp_obj_str_get_data(e->value, &length);
                if (length > MICROPY_PY_NETWORK_HOSTNAME_MAX_LEN) {
                    mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("hostname must have at most %d characters"),
                        MICROPY_PY_NETWORK_HOSTNAME_MAX_LEN);
                }
                mod_network_hostname(1, &e->value);
                break;
            }
            default:
                mp_raise_ValueError(MP_ERROR_TEXT("unknown config param: there are mac, hostname"));
        }
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(network_lan_config_obj, 1, network_lan_config);

// ---- PHY ------------------------------------------------------------------------------------------------

static mp_obj_t network_lan_phy_read(mp_obj_t self_in, mp_obj_t reg_in) {
    net_lan_t *lan = lan_of(self_in);
    need_phy(lan);
    mp_int_t reg = mp_obj_get_int(reg_in);
    uint16_t value = 0;
    net_lock();
    int status = lx_mdio_read(&lan->mdio, lan->phy, (unsigned)reg, &value);
    net_unlock();
    if (status == LX_EINVAL) {
        mp_raise_ValueError(MP_ERROR_TEXT("PHY registers are 0 to 31"));
    }
    port_check(status);
    return MP_OBJ_NEW_SMALL_INT(value);
}
static MP_DEFINE_CONST_FUN_OBJ_2(network_lan_phy_read_obj, network_lan_phy_read);

static mp_obj_t network_lan_phy_write(mp_obj_t self_in, mp_obj_t reg_in, mp_obj_t value_in) {
    net_lan_t *lan = lan_of(self_in);
    need_phy(lan);
    mp_int_t reg = mp_obj_get_int(reg_in);
    mp_int_t value = mp_obj_get_int(value_in);
    if (reg < 0 || reg >= LX_MDIO_REGISTERS || value < 0 || value > 0xffff) {
        mp_raise_ValueError(MP_ERROR_TEXT("PHY registers are 0 to 31, their values 0 to 65535"));
    }
    net_lock();
    lx_mdio_write(&lan->mdio, lan->phy, (unsigned)reg, (uint16_t)value);
    net_unlock();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(network_lan_phy_write_obj, network_lan_phy_write);

// ---- Counters -------------------------------------------------------------------------------------------

static mp_obj_t network_lan_stats(mp_obj_t self_in) {
    net_lan_t *lan = lan_of(self_in);
    lx_liteeth_counters_t counters;
    net_lock();
    lx_liteeth_counters(&lan->eth, &counters);
    net_unlock();
    // Buffers that only wait for a frame are not in use.
    uint32_t ring = 0;
    for (size_t i = 0; i < SOC_ETHMAC_COUNT; i++) {
        ring += net_lans[i].ready ? NET_RING_FRAMES : 0;
    }
    const struct {
        qstr name;
        uint32_t value;
    } rows[] = {
        { MP_QSTR_rx_frames, counters.rx_frames },
        { MP_QSTR_rx_bytes, counters.rx_bytes },
        { MP_QSTR_rx_filtered, counters.rx_filtered },
        { MP_QSTR_rx_length_errors, counters.rx_length_errors },
        { MP_QSTR_rx_fcs_errors, counters.rx_fcs_errors },
        { MP_QSTR_rx_checksum_errors, lan->rx_checksum_errors },
        { MP_QSTR_rx_overflows, counters.rx_overflows },
        { MP_QSTR_rx_dropped, lan->rx_dropped },
        { MP_QSTR_tx_frames, counters.tx_frames },
        { MP_QSTR_tx_bytes, counters.tx_bytes },
        { MP_QSTR_tx_dropped, lan->tx_dropped },
        { MP_QSTR_tx_queued_max, lan->tx_queued_max },
        { MP_QSTR_link_losses, lan->link_losses },
        { MP_QSTR_tcp_retransmissions, lwip_stats.mib2.tcpretranssegs },
        { MP_QSTR_buffers_used, lwip_stats.memp[MEMP_PBUF_POOL]->used - ring },
        { MP_QSTR_buffers_max, lwip_stats.memp[MEMP_PBUF_POOL]->max - ring },
        { MP_QSTR_buffers_failed, lwip_stats.memp[MEMP_PBUF_POOL]->err },
        { MP_QSTR_memory_used, lwip_stats.mem.used },
        { MP_QSTR_memory_max, lwip_stats.mem.max },
        { MP_QSTR_memory_failed, lwip_stats.mem.err },
        { MP_QSTR_tcp_connections, lwip_stats.memp[MEMP_TCP_PCB]->used },
    };
    mp_obj_t dict = mp_obj_new_dict(MP_ARRAY_SIZE(rows));
    for (size_t i = 0; i < MP_ARRAY_SIZE(rows); i++) {
        mp_obj_dict_store(dict, MP_OBJ_NEW_QSTR(rows[i].name), mp_obj_new_int_from_uint(rows[i].value));
    }
    return dict;
}
static MP_DEFINE_CONST_FUN_OBJ_1(network_lan_stats_obj, network_lan_stats);

// ---- mDNS services --------------------------------------------------------------------------------------

// "_http._tcp" -> type and protocol.
static void parse_service(mp_obj_t text_in, net_service_t *service) {
    const char *text = mp_obj_str_get_str(text_in);
    const char *dot = strchr(text, '.');
    size_t length = dot != NULL ? (size_t)(dot - text) : 0;
    bool tcp = dot != NULL && strcmp(dot, "._tcp") == 0;
    if (text[0] != '_' || length < 2 || length >= sizeof(service->type)
        || (!tcp && strcmp(dot, "._udp") != 0)) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("'%s' is not a service such as '_http._tcp'"), text);
    }
    memcpy(service->type, text, length);
    service->protocol = tcp ? IP_PROTO_TCP : IP_PROTO_UDP;
}

// announce(service, port, *, name=hostname, txt=()); a port of 0 withdraws it.
static mp_obj_t network_lan_announce(size_t n_args, const mp_obj_t *args, mp_map_t *kwargs) {
    enum { ARG_service, ARG_port, ARG_name, ARG_txt };
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_service, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL} },
        { MP_QSTR_port, MP_ARG_REQUIRED | MP_ARG_INT, {.u_int = 0} },
        { MP_QSTR_name, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_txt, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_PTR(&mp_const_empty_tuple_obj)} },
    };
    mp_arg_val_t parsed[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args - 1, args + 1, kwargs, MP_ARRAY_SIZE(allowed_args), allowed_args, parsed);
    net_lan_t *lan = lan_of(args[0]);
    mp_int_t port = parsed[ARG_port].u_int;
    if (port < 0 || port > 0xffff) {
        mp_raise_ValueError(MP_ERROR_TEXT("port must be 0 to 65535"));
    }
    net_service_t service = { .used = false };
    parse_service(parsed[ARG_service].u_obj, &service);
    const char *name = parsed[ARG_name].u_obj == mp_const_none ? lan->mdns_name
        : mp_obj_str_get_str(parsed[ARG_name].u_obj);
    size_t count;
    mp_obj_t *texts;
    mp_obj_get_array(parsed[ARG_txt].u_obj, &count, &texts);
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        size_t length;
        const char *text = mp_obj_str_get_data(texts[i], &length);
        if (length == 0 || at + length + 2 > sizeof(service.texts)) {
            mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("txt must have at most %d characters in all"),
                (int)sizeof(service.texts) - 2);
        }
        memcpy(service.texts + at, text, length);
        at += length + 1;
    }
    net_lock();
    int status = LX_OK;
    if (port == 0) {
        net_lan_withdraw(lan, net_lan_service(lan, service.type, service.protocol));
    } else {
        status = net_lan_announce(lan, &service, name, (uint16_t)port);
    }
    net_unlock();
    if (status == LX_EINVAL) {
        mp_raise_ValueError(MP_ERROR_TEXT("name must have 1 to 63 characters"));
    }
    port_check(status);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(network_lan_announce_obj, 1, network_lan_announce);

static const mp_rom_map_elem_t network_lan_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_active), MP_ROM_PTR(&network_lan_active_obj) },
    { MP_ROM_QSTR(MP_QSTR_isconnected), MP_ROM_PTR(&network_lan_isconnected_obj) },
    { MP_ROM_QSTR(MP_QSTR_status), MP_ROM_PTR(&network_lan_status_obj) },
    { MP_ROM_QSTR(MP_QSTR_ifconfig), MP_ROM_PTR(&network_lan_ifconfig_obj) },
    { MP_ROM_QSTR(MP_QSTR_ipconfig), MP_ROM_PTR(&network_lan_ipconfig_obj) },
    { MP_ROM_QSTR(MP_QSTR_config), MP_ROM_PTR(&network_lan_config_obj) },
    { MP_ROM_QSTR(MP_QSTR_phy_read), MP_ROM_PTR(&network_lan_phy_read_obj) },
    { MP_ROM_QSTR(MP_QSTR_phy_write), MP_ROM_PTR(&network_lan_phy_write_obj) },
    { MP_ROM_QSTR(MP_QSTR_stats), MP_ROM_PTR(&network_lan_stats_obj) },
    { MP_ROM_QSTR(MP_QSTR_announce), MP_ROM_PTR(&network_lan_announce_obj) },
};
static MP_DEFINE_CONST_DICT(network_lan_locals_dict, network_lan_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    network_lan_type,
    MP_QSTR_LAN,
    MP_TYPE_FLAG_NONE,
    make_new, network_lan_make_new,
    print, network_lan_print,
    locals_dict, &network_lan_locals_dict
    );

#endif
