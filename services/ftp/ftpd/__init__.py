# SPDX-License-Identifier: MIT
"""FTP server: files, and by their names the FPGA (`fpga`), its flash (`flash@0x200000`) and the card (`sd@0`)."""

from ftpd.session import Session
from services import net


def start(port: int = 21, limit: int = 10, idle_s: int = 600, **config) -> None:
    """Serve; what was started before is stopped.

    config: root, rights (of those who log in: write, fpga, flash, card, site, run), anonymous ({"root":, "rights":} or
    None), address (the own one towards clients, where the network interface does not know it), passive (first port of
    passive data connections, how many), buffer (bytes), greeting.
    """
    config.setdefault("anonymous", {})
    try:
        # Early, where memory is short: what is loaded later lies in the middle of what is free then.
        import ecp5  # noqa: F401
    except ImportError:
        pass

    async def handle(connection) -> None:
        await Session(connection, config).run()

    net.serve("ftp", port, handle, limit, idle_s, b"421 Too many connections\r\n")


def stop() -> None:
    net.end("ftp")
