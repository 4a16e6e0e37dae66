// SPDX-License-Identifier: MIT
// Names of devices and chips as people type them.
#ifndef MODELS_NAME_H
#define MODELS_NAME_H

#include <stdbool.h>

// Equal, letter case of ASCII aside.
bool name_equal(const char *a, const char *b);

#endif // MODELS_NAME_H
