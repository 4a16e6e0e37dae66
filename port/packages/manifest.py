# SPDX-License-Identifier: MIT
"""What is frozen where the SoC has a network: an HTTP client and what is built on it."""

module("http_client.py", opt=3)
module("mip.py", opt=3)
module("requests.py", opt=3)
