// SPDX-License-Identifier: MIT
// mp_map_lookup() for a core on which a division takes 34 cycles. It replaces the one of MicroPython's
// py/map.c, which divides twice per lookup: the place that the lookup cache remembers, modulo the size of the
// table, and the hash, modulo the size of the table. Here a remembered place beyond the table is just a
// miss, and small hashes are reduced without a division. Keys lie where upstream puts them, as the order of
// a dictionary shows. The structure is taken from py/map.c.

#include <string.h>

#include "py/mpconfig.h"
#include "py/misc.h"
#include "py/mpstate.h"
#include "py/obj.h"
#include "py/runtime.h"

#if MICROPY_OPT_MAP_LOOKUP_CACHE
#define CACHE_ENTRY(index) \
    (MP_STATE_VM(map_lookup_cache)[((uintptr_t)(index) >> 2) % MICROPY_OPT_MAP_LOOKUP_CACHE_SIZE])
#define REMEMBER(index, pos) (CACHE_ENTRY(index) = (uint8_t)(pos))
#else
#define REMEMBER(index, pos)
#endif

// Sizes of growing tables, as in py/map.c: the first fill blocks of the heap, the others are primes.
static const uint16_t sizes[] = {
    0, 2, 4, 6, 8, 10, 12,
    17, 23, 29, 37, 47, 59, 73,
    97, 127, 167, 223, 293, 389, 521, 691, 919, 1223, 1627, 2161,
    3229, 4831, 7243, 10861, 16273, 24407, 36607, 54907,
};

static inline size_t place_of(mp_uint_t hash, size_t alloc) {
    if (hash < alloc) {
        return hash;
    }
    hash -= alloc;
    return hash < alloc ? hash : hash % alloc;
}

static void grow(mp_map_t *map) {
    size_t old_alloc = map->alloc;
    size_t new_alloc = (old_alloc + 1 + (old_alloc + 1) / 2) | 1;
    for (size_t i = 0; i < MP_ARRAY_SIZE(sizes); i++) {
        if (sizes[i] > old_alloc) {
            new_alloc = sizes[i];
            break;
        }
    }
    mp_map_elem_t *old_table = map->table;
    mp_map_elem_t *new_table = m_new0(mp_map_elem_t, new_alloc);
    map->alloc = new_alloc;
    map->used = 0;
    map->all_keys_are_qstrs = 1;
    map->table = new_table;
    for (size_t i = 0; i < old_alloc; i++) {
        if (old_table[i].key != MP_OBJ_NULL && old_table[i].key != MP_OBJ_SENTINEL) {
            mp_map_lookup(map, old_table[i].key, MP_MAP_LOOKUP_ADD_IF_NOT_FOUND)->value = old_table[i].value;
        }
    }
    m_del(mp_map_elem_t, old_table, old_alloc);
}

static mp_map_elem_t *add(mp_map_t *map, mp_map_elem_t *slot, mp_obj_t index) {
    map->used++;
    slot->key = index;
    slot->value = MP_OBJ_NULL;
    if (!mp_obj_is_qstr(index)) {
        map->all_keys_are_qstrs = 0;
    }
    return slot;
}

// The rest of a lookup in an array, where the place is found or not (elem NULL).
static MP_NOINLINE mp_map_elem_t *change_ordered(mp_map_t *map, mp_map_elem_t *elem, mp_obj_t index) {
    if (elem != NULL) {
        // Remove: the rest moves down, the element goes behind the end, where the caller finds it.
        mp_obj_t value = elem->value;
        map->used--;
        memmove(elem, elem + 1, (size_t)(&map->table[map->used] - elem) * sizeof(*elem));
        elem = &map->table[map->used];
        elem->key = MP_OBJ_NULL;
        elem->value = value;
        return elem;
    }
    if (map->used == map->alloc) {
        map->alloc += 4;
        map->table = m_renew(mp_map_elem_t, map->table, map->used, map->alloc);
        mp_seq_clear(map->table, map->used, map->alloc, sizeof(*map->table));
    }
    return add(map, &map->table[map->used], index);
}

static MP_NOINLINE mp_map_elem_t *lookup_ordered_equal(mp_map_t *map, mp_obj_t index) {
    for (mp_map_elem_t *elem = map->table, *top = elem + map->used; elem < top; elem++) {
        if (elem->key == index || mp_obj_equal(elem->key, index)) {
            return elem;
        }
    }
    return NULL;
}

mp_map_elem_t *mp_map_lookup(mp_map_t *map, mp_obj_t index, mp_map_lookup_kind_t lookup_kind) {
    #if MICROPY_OPT_MAP_LOOKUP_CACHE
    if (lookup_kind != MP_MAP_LOOKUP_REMOVE_IF_FOUND) {
        size_t pos = CACHE_ENTRY(index);
        if (pos < map->alloc) {
            mp_map_elem_t *slot = &map->table[pos];
            if (slot->key == index) {
                return slot;
            }
        }
    }
    #endif

    bool compare_only_ptrs = map->all_keys_are_qstrs;
    if (compare_only_ptrs && !mp_obj_is_qstr(index)) {
        if (mp_obj_is_exact_type(index, &mp_type_str)) {
            compare_only_ptrs = false; // A string that is not interned may equal a key.
        } else if (lookup_kind != MP_MAP_LOOKUP_ADD_IF_NOT_FOUND) {
            return NULL;
        }
    }

    if (map->is_ordered) {
        mp_map_elem_t *elem;
        if (compare_only_ptrs) {
            elem = map->table;
            mp_map_elem_t *top = elem + map->used;
            for (;; elem++) {
                if (elem >= top) {
                    elem = NULL;
                    break;
                }
                if (elem->key == index) {
                    break;
                }
            }
        } else {
            elem = lookup_ordered_equal(map, index);
        }
        if (elem == NULL) {
            return lookup_kind == MP_MAP_LOOKUP_ADD_IF_NOT_FOUND ? change_ordered(map, NULL, index) : NULL;
        }
        REMEMBER(index, elem - map->table);
        return lookup_kind == MP_MAP_LOOKUP_REMOVE_IF_FOUND ? change_ordered(map, elem, index) : elem;
    }

    if (map->alloc == 0) {
        if (lookup_kind != MP_MAP_LOOKUP_ADD_IF_NOT_FOUND) {
            return NULL;
        }
        grow(map);
    }

    mp_uint_t hash;
    if (mp_obj_is_qstr(index)) {
        hash = qstr_hash(MP_OBJ_QSTR_VALUE(index));
    } else {
        hash = (mp_uint_t)MP_OBJ_SMALL_INT_VALUE(mp_unary_op(MP_UNARY_OP_HASH, index));
    }

    for (;;) {
        mp_map_elem_t *top = map->table + map->alloc;
        mp_map_elem_t *slot = map->table + place_of(hash, map->alloc);
        mp_map_elem_t *free_slot = NULL;
        for (size_t left = map->alloc; left > 0; left--) {
            mp_obj_t key = slot->key;
            if (key == index) {
                goto found;
            }
            if (key == MP_OBJ_NULL) {
                if (free_slot == NULL) {
                    free_slot = slot;
                }
                break;
            }
            if (key == MP_OBJ_SENTINEL) {
                if (free_slot == NULL) {
                    free_slot = slot;
                }
            } else if (!compare_only_ptrs && mp_obj_equal(key, index)) {
                goto found;
            }
            if (++slot == top) {
                slot = map->table;
            }
        }
        if (lookup_kind != MP_MAP_LOOKUP_ADD_IF_NOT_FOUND) {
            return NULL;
        }
        if (free_slot != NULL) {
            return add(map, free_slot, index);
        }
        grow(map);
        continue;

    found:
        REMEMBER(index, slot - map->table);
        if (lookup_kind == MP_MAP_LOOKUP_REMOVE_IF_FOUND) {
            // The caller still wants the value.
            map->used--;
            mp_map_elem_t *next = slot + 1 == top ? map->table : slot + 1;
            slot->key = next->key == MP_OBJ_NULL ? MP_OBJ_NULL : MP_OBJ_SENTINEL;
        }
        return slot;
    }
}
