# SPDX-License-Identifier: MIT
"""What is frozen where the SoC has a network: the services, which start when they are asked to."""

include("../services/manifest.py")
