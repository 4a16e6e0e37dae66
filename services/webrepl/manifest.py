# SPDX-License-Identifier: MIT
"""WebREPL. WEB is the folder that tools/web.py wrote: with what the browser needs."""

import os

include("../base/manifest.py")
package("webrepl", opt=3)
module("webrepl_setup.py", opt=3)
module("webfiles.py", base_path=os.environ["WEB"])
