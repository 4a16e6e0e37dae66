# SPDX-License-Identifier: MIT
"""The Python side of the programmer, to be frozen."""

# http=False: the port freezes http_client.py itself.
options.defaults(http=True)

package("ecp5")
module("jtag.py")
if options.http:
    module("http_client.py", base_path="../../port/packages")
