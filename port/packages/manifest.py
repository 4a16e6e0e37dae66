# SPDX-License-Identifier: MIT
"""What is frozen where the SoC has a network: Python over sockets and TLS."""

module("http_client.py", opt=3)
module("mip.py", opt=3)
module("requests.py", opt=3)
module("ssl.py", opt=3)
