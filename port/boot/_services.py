# SPDX-License-Identifier: MIT
# Runs between boot.py and main.py: starts the services that /services.json names, behind the prompt.
import os

try:
    os.stat("/services.json")
except OSError:
    pass
else:
    import services

    services.start()
    del services
del os
