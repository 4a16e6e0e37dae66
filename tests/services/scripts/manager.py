# SPDX-License-Identifier: MIT
"""manager.py PORT: netman against fakenetwork.py; at PORT answers a DNS server, at PORT + 1 one of NTP."""

import sys
import time

import fakenetwork

sys.modules["network"] = fakenetwork
clock = []


class RTC:
    def datetime(self, value):
        clock.append(value)


sys.modules["machine"] = type("machine", (), {"RTC": RTC})

import netman  # noqa: E402
from fakenetwork import World, point, station  # noqa: E402
from services.loop import loop  # noqa: E402

from services import net, ntp  # noqa: E402

ntp.DNS_PORT = int(sys.argv[1])
ntp.NTP_PORT = ntp.DNS_PORT + 1
ntp.WAIT_S = 0.2
netman.LOOK_MS = 5
netman.LEASE_S = netman.CONNECT_S = 0.3
netman.CLOCK_RETRY_S = 0.1
BOUND_MS = 8000
passed = 0
longest = 0
CONF = "wifiman-test.conf"


def check(what, found, wanted):
    global passed
    if found != wanted:
        raise AssertionError("{}: {}, not {}".format(what, found, wanted))
    passed += 1


def run(ms):
    """The prompt, behind which steps come; none may wait."""
    global longest
    start = time.ticks_ms()
    while time.ticks_diff(time.ticks_ms(), start) < ms:
        before = time.ticks_ms()
        loop.step()
        longest = max(longest, time.ticks_diff(time.ticks_ms(), before))
        time.sleep_ms(1)


def until(what, condition):
    start = time.ticks_ms()
    while not condition():
        if time.ticks_diff(time.ticks_ms(), start) > BOUND_MS:
            raise AssertionError("{}: {}, {}".format(what, netman.status(), World.joins))
        run(5)
    global passed
    passed += 1


def is_up(kind, **more):
    def condition():
        status = netman.status()
        return status.get("up") == kind and all(status.get(n) == v for n, v in more.items())

    return condition


def write(text):
    with open(CONF, "wb") as file:
        file.write(text)


def start(**options):
    World.joins.clear()
    netman.start(conf=CONF, scan_s=0.05, **options)


# The configuration.
write(
    b"\xef\xbb\xbf# networks\r\nhome:secret\r\n\n  # more\nCaf\xc3\xa9 \xe2\x82\xac:p\xc3\xa4ss: word \n"
    b"open\nlatin\xe9:\xff\n"
)
CAFE, PASS = "Café €".encode(), "päss: word ".encode()
check(
    "known",
    netman.known(CONF),
    {b"home": b"secret", CAFE: PASS, b"open": b"", b"latin\xe9": b"\xff"},
)
check("no file", netman.known("nothing.conf"), {})

# The strongest one that is known; a wrong password leads to the next.
World.air = {
    b"1": [b"stranger", -20, b"?"],
    b"2": [b"home", -60, b"secret"],
    b"3": [CAFE, -50, PASS],
    b"4": [b"home", -40, b"changed"],
}
start(ntp="", ap=["board", "12345678"])
until("weaker one", is_up("wlan", ssid="Café €", rssi=-50, address="10.1.0.2"))
check("order", World.joins, [(b"home", b"secret", b"4"), (CAFE, PASS, b"3")])
check("interfaces", net.interfaces, [station])
check("no access point", point.up, False)

# It goes away: the next, then none, then the access point of the board's own, then back.
del World.air[b"3"], World.air[b"4"]
until("reconnects", is_up("wlan", ssid="home", rssi=-60))
del World.air[b"2"]
until("access point", is_up("ap", ssid="board", address="192.168.4.1"))
check("its options", point.options, {"essid": "board", "password": "12345678", "authmode": 3})
check("in use", net.interfaces[-1], point)
scans = World.scans
until("still looks", lambda: World.scans > scans + 2)
World.failure = OSError("scan failed")
until("failed once", lambda: World.failure is None)
World.failure = ValueError("no such thing")
until("failed twice", lambda: World.failure is None)
World.air[b"5"] = [b"latin\xe9", -80, b"\xff"]
until("back", is_up("wlan", ssid=repr(b"latin\xe9"), rssi=-80))
check("closed", (point.up, netman.status().get("problem")), (False, None))

# Roaming: only for a signal that is much better.
netman.ROAM_S = 0.05
World.air[b"6"] = [b"home", -75, b"secret"]
run(300)
check("stays", netman.status()["ssid"], repr(b"latin\xe9"))
World.air[b"6"][1] = -45
until("roams", is_up("wlan", ssid="home", rssi=-45))
scans = World.scans
run(200)
check("no scans with a good signal", World.scans, scans)

# Ethernet first, and WiFi when the cable is gone.
World.link = True
until("cable", is_up("lan", address="10.0.0.2"))
check("no name of a network", "ssid" in netman.status(), False)
World.link = False
until("cable gone", is_up("wlan", ssid="home"))

# Without DHCP: the address of the configuration, or WiFi.
World.lease = False
World.link = True
until("no lease", lambda: netman.status().get("problem", "").startswith("no DHCP"))
until("WiFi stays", is_up("wlan", ssid="home"))
netman.stop()
run(20)
start(ntp="", static=["10.0.0.9", "255.255.255.0", "10.0.0.1", "127.0.0.1"])
until("static", is_up("lan", address="10.0.0.9"))
check("no scan for it", World.joins, [])
World.link = False
run(20)
World.lease = World.link = True
until("lease", is_up("lan", address="10.0.0.2"))

# stop() ends it, and a start without any network says what is wrong.
netman.stop()
run(20)
scans = World.scans
World.link = False
World.air.clear()
run(100)
check("stopped", World.scans, scans)
write(b"# nothing\n")
start(ntp="")
until("says so", lambda: "ssid:password" in netman.status().get("problem", ""))
check("nothing up", netman.status()["up"], "")

# The clock: the servers are deaf at first.
write(b"home:secret\n")
World.air[b"2"] = [b"home", -60, b"secret"]
start(ntp="time.example")
until("deaf", lambda: netman.status().get("problem", "").startswith("no time from time.example"))
check("no clock", (netman.status().get("clock"), clock), (None, []))
until("clock", lambda: netman.status().get("clock"))
check("time", clock, [(2026, 11, 28, 5, 12, 34, 56, 0)])
check("no problem", netman.status().get("problem"), None)
netman.stop()
run(20)

# `import wifiman` alone starts it.
import services  # noqa: E402

services._config = {"net": {"conf": CONF, "ntp": ""}, "loop": {}}
import wifiman  # noqa: E402

until("wifiman", is_up("wlan", ssid="home"))
check("the same", wifiman.status(), netman.status())
wifiman.stop()

check("never waits", longest < 150, True)
print("{} passed, 0 failed".format(passed))
