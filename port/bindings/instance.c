// SPDX-License-Identifier: MIT
// The search of instance.h.

#include "instance.h"

#include <string.h>

#include "py/runtime.h"

#define NUMBER_MAX 1000

static const char *name_of(const port_table_t *table, size_t row) {
    return *(const char *const *)((const char *)table->rows + row * table->row_bytes);
}

// The number in "<prefix><number>", 0 for the prefix alone, -1 for another name.
static int number_in(const char *name, const char *prefix) {
    size_t length = strlen(prefix);
    if (strncmp(name, prefix, length) != 0) {
        return -1;
    }
    int n = 0;
    for (name += length; *name >= '0' && *name <= '9' && n < NUMBER_MAX; name++) {
        n = 10 * n + *name - '0';
    }
    return *name == '\0' ? n : -1;
}

// Whether a core has the number n by its name.
static bool is_named(int n, const char *prefix, const port_table_t *tables, size_t n_tables) {
    for (size_t t = 0; t < n_tables; t++) {
        for (size_t r = 0; r < tables[t].count; r++) {
            if (number_in(name_of(&tables[t], r), prefix) == n) {
                return true;
            }
        }
    }
    return false;
}

// Calls for each core in order, with its number; ends at the one that `seen` says true to.
typedef bool (*seen_t)(void *arg, int number, const char *name);

static const void *walk(const char *prefix, const port_table_t *tables, size_t n_tables, size_t *table,
    seen_t seen, void *arg) {
    int next = 0;
    for (size_t t = 0; t < n_tables; t++) {
        for (size_t r = 0; r < tables[t].count; r++) {
            const char *name = name_of(&tables[t], r);
            int n = number_in(name, prefix);
            if (n < 0) {
                while (is_named(next, prefix, tables, n_tables)) {
                    next++;
                }
                n = next++;
            }
            if (seen(arg, n, name)) {
                if (table != NULL) {
                    *table = t;
                }
                return (const char *)tables[t].rows + r * tables[t].row_bytes;
            }
        }
    }
    return NULL;
}

static bool is_number(void *arg, int number, const char *name) {
    (void)name;
    return number == *(const mp_int_t *)arg;
}

static bool is_name(void *arg, int number, const char *name) {
    (void)number;
    return strcmp(name, arg) == 0;
}

typedef struct {
    mp_print_t print;
    const char *separator;
} list_t;

static bool add_to_list(void *arg, int number, const char *name) {
    list_t *list = arg;
    mp_printf(&list->print, "%s %d (%s)", list->separator, number, name);
    list->separator = ",";
    return false;
}

const void *port_instance(mp_obj_t id, const char *prefix, const port_table_t *tables, size_t n_tables,
    size_t *table) {
    const void *found;
    if (mp_obj_is_str(id)) {
        found = walk(prefix, tables, n_tables, table, is_name, (void *)mp_obj_str_get_str(id));
    } else {
        mp_int_t number = mp_obj_get_int(id);
        found = walk(prefix, tables, n_tables, table, is_number, &number);
    }
    if (found != NULL) {
        return found;
    }
    vstr_t vstr;
    list_t list = { .separator = "" };
    vstr_init_print(&vstr, 64, &list.print);
    mp_printf(&list.print, "no %s ", prefix);
    mp_obj_print_helper(&list.print, id, PRINT_REPR);
    mp_printf(&list.print, ": this SoC has");
    walk(prefix, tables, n_tables, NULL, add_to_list, &list);
    mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%s"), vstr_null_terminated_str(&vstr));
}
