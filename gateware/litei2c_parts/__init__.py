# SPDX-License-Identifier: MIT
"""LiteX's LiteI2C, whole: ``from gateware.litei2c_parts import LiteI2C``.

PyPI's release 2024.12 of litei2c lacks its folders core/ and phy/, so that its own import fails. Those of
this folder have the same registers, fields and signals. They come last in the package's path: where an
installed release has the folders, its own are used.
"""

import sys
from importlib.util import find_spec, module_from_spec
from pathlib import Path

if "litei2c" not in sys.modules:
    _spec = find_spec("litei2c")
    if not (_spec and _spec.loader and _spec.submodule_search_locations is not None):
        raise ModuleNotFoundError("no litei2c", name="litei2c")
    _spec.submodule_search_locations.append(str(Path(__file__).parent))
    sys.modules["litei2c"] = module_from_spec(_spec)
    _spec.loader.exec_module(sys.modules["litei2c"])

from litei2c import LiteI2C

__all__ = ["LiteI2C"]
