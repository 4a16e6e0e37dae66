# SPDX-License-Identifier: MIT
"""The peer of bench/network.py, which sends as fast as the wire takes it: no frame finds the two slots full."""

import ast
import unittest

from bench import guest, network

BYTES = 24 * 8192  # readinto() waits for a whole buffer
CODE = f"""
def receive(n, buf):
    s = connect(19)
    s.send(n.to_bytes(4, "little"))
    at = 0
    while at < n:
        got = s.readinto(buf)
        for i in range(0, got, 97):
            assert buf[i] == (at + i) % 251, (at, i)
        at += got
    s.close()
receive({BYTES}, bytearray(8192))
print(lan.stats())
"""


class Speed(unittest.TestCase):
    def test_nothing_is_lost_at_the_speed_of_the_wire(self):
        network.build_peer()
        code = guest.prelude(network.SOC) + network.UP + CODE
        stats = ast.literal_eval(guest.execute(network.simulation(network.SOC, True), code))
        self.assertGreater(stats["rx_bytes"], BYTES)
        lost = ("rx_overflows", "rx_dropped", "rx_checksum_errors", "tcp_retransmissions")
        self.assertEqual([stats[name] for name in (*lost, "buffers_used")], [0] * 5)


if __name__ == "__main__":
    unittest.main()
