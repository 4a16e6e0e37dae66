# SPDX-License-Identifier: MIT
"""WebREPL. WEB is the folder that tools/web.py wrote: the page is frozen where it has what a browser needs."""

import os

include("../base/manifest.py")
package("webrepl", opt=3)
module("webrepl_setup.py", opt=3)
if os.path.exists(os.path.join(os.environ["WEB"], "webfiles.py")):
    module("webfiles.py", base_path=os.environ["WEB"])
