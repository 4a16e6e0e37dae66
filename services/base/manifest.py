# SPDX-License-Identifier: MIT
"""The base that all services share; it needs asyncio."""

package("services", opt=3)
