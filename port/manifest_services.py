# SPDX-License-Identifier: MIT
"""What is frozen where the SoC has a network: the services, and what starts those of /services.json at boot."""

include("../services/manifest.py")
module("_services.py", base_path="boot")
