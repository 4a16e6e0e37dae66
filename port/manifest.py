# SPDX-License-Identifier: MIT
"""Python modules frozen into the firmware of all but the small size class."""

# Upstream's asyncio (extmod/asyncio/manifest.py) with our __init__.py.
package(
    "asyncio",
    ("core.py", "event.py", "funcs.py", "lock.py", "stream.py"),
    base_path="$(MPY_DIR)/extmod",
    opt=3,
)
package("asyncio", ("__init__.py",), opt=3)
module("uasyncio.py", base_path="$(MPY_DIR)/extmod/asyncio", opt=3)
