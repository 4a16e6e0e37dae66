# SPDX-License-Identifier: MIT
"""The FTP server."""

include("../base/manifest.py")
package("ftpd", opt=3)
module("uftpd.py", opt=3)
