# SPDX-License-Identifier: MIT
"""The kinds of LiteX cores: how they are found, and what their drivers need to know. table.py lists them."""

from soc.kinds.assign import assign_kinds, find_instances, find_kind, find_memory_kind, kinds_named
from soc.kinds.table import EVENT_KIND, KIND_NAMES, KINDS, drivers

__all__ = [
    "EVENT_KIND",
    "KINDS",
    "KIND_NAMES",
    "assign_kinds",
    "drivers",
    "find_instances",
    "find_kind",
    "find_memory_kind",
    "kinds_named",
]
