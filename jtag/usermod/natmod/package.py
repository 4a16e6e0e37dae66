# SPDX-License-Identifier: MIT
"""package.py FILE...: print the package.json from which `mip` installs these files, each under its own path."""

import json
import sys

VERSION = "0.2"

json.dump(
    {"urls": [[name, name] for name in sys.argv[1:]], "version": VERSION}, sys.stdout, indent=4
)
print()
