# SPDX-License-Identifier: MIT
"""serve.py CONFIG [XVC_PORT]: the services of a configuration, a JSON file, until SIGINT; the FPGA is a vecp5 server."""

import gc
import json
import sys

if len(sys.argv) > 2 and int(sys.argv[2]):
    import jtag

    jtag._default = jtag.XVC("127.0.0.1", int(sys.argv[2]))  # as pins of jtagpin.py would be


class Card:
    """A card of 64 KiB in memory: `broken` makes it fail."""

    def __init__(self):
        self.data = bytearray(65536)
        self.broken = False

    def readblocks(self, block, buffer):
        if self.broken:
            raise OSError(19)
        buffer[:] = self.data[block * 512 : block * 512 + len(buffer)]

    def writeblocks(self, block, buffer):
        if self.broken:
            raise OSError(5)
        self.data[block * 512 : block * 512 + len(buffer)] = buffer

    def ioctl(self, request, argument):
        return len(self.data) // 512 if request == 4 else 0


with open(sys.argv[1]) as file:
    config = json.load(file)
gc.collect()
before = gc.mem_free()
import services  # noqa: E402

if config.pop("prompt", False):
    import prompt  # noqa: F401
if config.pop("card", False):
    services.card = Card()
sys.modules["memory"] = type("memory", (), {"free": gc.mem_free, "card": services.card})
services.start(config)
gc.collect()
print("ready", before, gc.mem_free())
try:
    services.run()
except KeyboardInterrupt:
    pass
services.log()
services.stop()
gc.collect()
print("free", gc.mem_free())
