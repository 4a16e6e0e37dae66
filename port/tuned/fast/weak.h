// SPDX-License-Identifier: MIT
// Included before upstream's sources of the functions that port/tuned/fast/ has in a faster form: a weak
// definition is neither inlined nor kept where a strong one is linked.
#include "port_class.h"

#if !PORT_CLASS_HEAP_SPLIT
#pragma weak gc_collect_root
#endif
#pragma weak mp_map_lookup
#pragma weak qstr_find_strn
