# SPDX-License-Identifier: MIT
"""Brings the network up and keeps it up, behind the prompt: Ethernet first, then the strongest known WiFi network, then
an access point of the board's own. Sets the clock by NTP.

Nothing waits for the network but tasks of the loop; only a scan takes its time, as long as the port's scan() does.
"""

from asyncio import core
from time import ticks_diff, ticks_ms

import network
from services.journal import log
from services.loop import loop

from services import net

CONF = "/wifiman.conf"
LEASE_S = 10  # for DHCP on a link
CONNECT_S = 15  # for a WiFi network
RETRY_S = 20
ROAM_S = 60  # between looks for a stronger one
ROAM_BELOW_DBM = -70
ROAM_GAIN_DB = 10
CLOCK_RETRY_S = 5  # twice that after each failure, 600 s at most
LOOK_MS = 1000  # between looks at what is up

_state: dict = {}  # of status()
_ssid = ""  # that the station joined
_own = False  # the access point is open
_no_lease = False  # DHCP was waited for since the link came up
_task = None


def start(
    lan=True,
    wlan=True,
    conf: str = CONF,
    static=None,
    ap=None,
    ntp: str = "pool.ntp.org",
    scan_s: int = RETRY_S,
) -> None:
    """Begin; what was begun before ends.

    static: (address, mask, gateway, dns) of the Ethernet where DHCP gives none. ap: [ssid, password] of the own access
    point, opened when no network is there; None: none. ntp: a server, "" for none.
    """
    global _task, _no_lease
    stop()
    _no_lease = False
    _state.clear()
    _state["up"] = ""
    options = {"static": static, "ap": ap, "conf": conf, "scan_s": scan_s}
    _task = loop.spawn(_manage(lan, wlan, options, ntp))


def stop() -> None:
    """Leave the interfaces as they are."""
    global _task
    if _task:
        loop.cancel(_task)
        _task = None


def status() -> dict:
    """up ("lan", "wlan", "ap" or ""), address, ssid, rssi, clock (whether NTP has set it), and the last problem."""
    return dict(_state)


def known(conf: str) -> dict:
    """{ssid: password}, both bytes in the file's encoding: a network in each line, `ssid:password`; # begins a line
    that is a comment, and a network without a password is open."""
    networks: dict = {}
    try:
        with open(conf, "rb") as file:
            text = file.read()
    except OSError:
        return networks
    if text.startswith(b"\xef\xbb\xbf"):  # the mark of some editors
        text = text[3:]
    for line in text.split(b"\n"):
        line = line.strip(b"\r")
        if line.strip() and line.lstrip()[:1] != b"#":
            ssid, _, password = line.partition(b":")
            networks[ssid] = password
    return networks


async def _manage(lan, wlan, options: dict, ntp: str) -> None:
    timekeeper = core.create_task(_clock(ntp)) if ntp else None
    try:
        ethernet = network.LAN() if lan and hasattr(network, "LAN") else None
        station = _station() if wlan and hasattr(network, "WLAN") else None
        if ethernet:
            ethernet.active(True)
        while True:
            try:
                await _round(ethernet, station, options)
            except (
                Exception
            ) as error:  # a driver's, or of the configuration: the next round may do better
                _problem(repr(error))
                await core.sleep_ms(LOOK_MS)
    finally:
        if timekeeper:
            timekeeper.cancel()


def _station():
    station = network.WLAN(getattr(network, "STA_IF", 0))
    station.active(True)
    return station


def _problem(*words) -> None:
    text = " ".join([str(word) for word in words])
    if _state.get("problem") != text:
        _state["problem"] = text
        log("net", text)


def _up(kind: str, interface, **more) -> None:
    global _own
    address = interface.ifconfig()[0]
    if kind != _state["up"]:
        _down()
        _state.pop("problem", None)
        if interface in net.interfaces:
            net.interfaces.remove(interface)
        net.interfaces.append(interface)  # the last one is in use
        if kind != "ap" and _own:
            _own = False
            _access_point().active(False)
    if _state["up"] != kind or _state.get("address") != address:
        log("net", kind, address, *more.values())
        net.announce()
    _state["up"] = kind
    _state["address"] = address
    _state.update(more)


def _lost() -> None:
    log("net", _state["up"], "is lost")
    _down()


def _down() -> None:
    _state["up"] = ""
    for name in ("address", "ssid", "rssi"):
        _state.pop(name, None)


async def _round(ethernet, station, options: dict) -> None:
    """One look at all there is, in the order of preference; returns after a while."""
    if ethernet and await _lan(ethernet, options["static"]):
        _up("lan", ethernet)
        await core.sleep_ms(LOOK_MS)
        return
    if _state["up"] == "lan":
        _lost()
    if station is None:
        await core.sleep_ms(LOOK_MS)
        return
    if station.isconnected():
        await _connected(station, options)
        return
    if _state["up"] == "wlan":
        _lost()
    if await _join(station, options["conf"]):
        return
    if options["ap"] and _state["up"] != "ap":
        _open_ap(*options["ap"])
    await core.sleep_ms(int(options["scan_s"] * 1000))


async def _lan(ethernet, static) -> bool:
    """Whether Ethernet is up; waits for DHCP where there is a link, then takes the address of the configuration."""
    global _no_lease
    if ethernet.isconnected():
        return True
    if not ethernet.status():
        _no_lease = False
        return False
    if _no_lease:
        return False  # it may still come: the server was only late
    start = ticks_ms()
    while ticks_diff(ticks_ms(), start) < LEASE_S * 1000:
        await core.sleep_ms(100)
        if ethernet.isconnected():
            return True
        if not ethernet.status():
            return False
    if static:
        ethernet.ifconfig(tuple(static))
        log("net", "no lease: the address of the configuration")
        return True
    _no_lease = True
    _problem("no DHCP server on the Ethernet")
    return False


def _scan(station, networks: dict) -> list:
    """(signal in dBm, ssid, bssid) of known networks, strongest first."""
    return sorted(
        [(row[3], row[0], row[1]) for row in station.scan() if row[0] in networks], reverse=True
    )


async def _join(station, conf: str) -> bool:
    """Connect to the strongest known network that takes us."""
    networks = known(conf)
    if not networks:
        _problem(conf, "has no network: write ssid:password lines")
        return False
    found = _scan(station, networks)
    if not found:
        _problem("no known network is in reach")
    for signal, ssid, bssid in found:
        if await _connect(station, ssid, networks[ssid], bssid):
            _up("wlan", station, ssid=_ssid, rssi=signal)
            return True
        _problem("cannot join", _text(ssid))
    return False


def _text(ssid: bytes) -> str:
    try:
        return ssid.decode()
    except (UnicodeError, ValueError):
        return repr(ssid)


async def _connect(station, ssid: bytes, password: bytes, bssid) -> bool:
    global _ssid
    _ssid = _text(ssid)
    try:
        station.disconnect()
    except OSError:
        pass
    try:
        station.connect(ssid, password, bssid=bssid)
    except TypeError:
        station.connect(ssid, password)
    start = ticks_ms()
    while ticks_diff(ticks_ms(), start) < CONNECT_S * 1000:
        if station.isconnected():
            return True
        await core.sleep_ms(100)
    return False


async def _connected(station, options: dict) -> None:
    """Stay, and change to a stronger access point when this one gets weak."""
    try:
        signal = station.status("rssi")
    except (OSError, ValueError, TypeError):
        signal = 0
    _up("wlan", station, ssid=_ssid, rssi=signal)
    if not -100 < signal < ROAM_BELOW_DBM or not _roam_due():
        await core.sleep_ms(LOOK_MS)
        return
    networks = known(options["conf"])
    found = _scan(station, networks)
    if found and found[0][0] >= signal + ROAM_GAIN_DB:
        stronger, ssid, bssid = found[0]
        log("net", "roams from", signal, "to", stronger, "dBm")
        if await _connect(station, ssid, networks[ssid], bssid):
            _up("wlan", station, ssid=_ssid, rssi=stronger)


_roamed = -ROAM_S * 1000


def _roam_due() -> bool:
    global _roamed
    if ticks_diff(ticks_ms(), _roamed) < ROAM_S * 1000:
        return False
    _roamed = ticks_ms()
    return True


def _access_point():
    return network.WLAN(getattr(network, "AP_IF", 1))


def _open_ap(ssid: str, password: str = "") -> None:
    global _own
    point = _access_point()
    point.active(True)
    if password:
        point.config(essid=ssid, password=password, authmode=3)
    else:
        point.config(essid=ssid)
    _own = True
    _up("ap", point, ssid=ssid)


# The clock.


async def _clock(server: str) -> None:
    """Set it, trying again until it is set, then once a day."""
    from services.ntp import query

    wait = 0
    while True:
        if _state["up"] in ("lan", "wlan"):
            try:
                await query(server, net.interfaces[-1].ifconfig()[3])
                _state["clock"] = True
                wait = 86_400
                if _state.get("problem", "").startswith("no time"):
                    _state.pop("problem")
            except Exception as error:
                _problem("no time from", server, repr(error))
                wait = min(max(wait * 2, CLOCK_RETRY_S), 600)
        else:
            wait = 0
        await core.sleep_ms(int(wait * 1000) or LOOK_MS)
