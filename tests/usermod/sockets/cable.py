# SPDX-License-Identifier: MIT
"""cable.py PORT CLIENTS: a virtual board behind jtag.XVCServer, until CLIENTS clients have come and gone."""

import sys
import time

import ecp5
import vecp5

import jtag

it = vecp5.Board(chip="W25Q128")
server = jtag.XVCServer(int(sys.argv[1]), transport=it, address="127.0.0.1")
print("ready")
connected = False
clients = 0
end = time.ticks_add(time.ticks_ms(), 60000)
while clients < int(sys.argv[2]) and time.ticks_diff(end, time.ticks_ms()) > 0:
    now = server.poll()
    it.advance(1000)
    if now and not connected:
        try:
            ecp5.Programmer(it)
        except ecp5.Error as error:
            print("locked:", error)
    if connected and not now:
        clients += 1
        print("client", clients, "left; user mode", it.state()["user_mode"])
    connected = now
    if not now:
        time.sleep_ms(5)
server.close()
print("idcode", hex(ecp5.Programmer(it).idcode()))
