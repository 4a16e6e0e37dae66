# SPDX-License-Identifier: MIT
"""Long tests that build: other versions, other options, other folders, interrupted builds."""
