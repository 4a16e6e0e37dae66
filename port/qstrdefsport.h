// SPDX-License-Identifier: MIT
// Strings that the port's C code needs and the search of MP_QSTR_ does not find as they are.
// *FORMAT-OFF*
Q(/lib)
// *FORMAT-ON*
