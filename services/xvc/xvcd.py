# SPDX-License-Identifier: MIT
"""The board as a JTAG cable on the network (Xilinx Virtual Cable): for openFPGALoader, OpenOCD and vendors' tools.

While a client is connected, `ecp5` and the FTP server's `fpga` are refused, and the other way round.
"""

from services.journal import log

from services import net


def start(port: int = 2542, idle_s: int = 600, vector_bytes: int = 1024) -> None:
    """Serve; what was started before is stopped. One client at a time."""
    import jtag

    async def handle(connection) -> None:
        connection.known = True  # nobody logs in here
        cable = jtag.XVCServer(port=None, vector_bytes=vector_bytes)
        answer = bytearray()
        if not cable.open(answer.extend):
            log("xvc", connection.peer[0], "refused: the JTAG port is in use")
            return
        buffer = bytearray(vector_bytes)
        view = memoryview(buffer)
        try:
            while True:
                n = await connection.readinto(buffer)
                if not n or not cable.push(view[:n]):
                    return
                if answer:
                    await connection.write(answer)
                    answer[:] = b""
        finally:
            cable.hang_up()

    net.serve("xvc", port, handle, 1, idle_s)


def stop() -> None:
    net.end("xvc")
