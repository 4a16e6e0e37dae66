# SPDX-License-Identifier: MIT
"""The HTTP server. WEB is the folder that tools/web.py wrote: with microdot."""

import os

include("../base/manifest.py")
package("httpd", opt=3)
package("microdot", base_path=os.environ["WEB"], opt=3)
