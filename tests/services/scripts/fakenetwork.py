# SPDX-License-Identifier: MIT
"""A scripted `network`: what is on the air and on the cable is World's, the drivers' answers follow from it."""


class World:
    air: dict = {}  # bssid: [ssid, dBm, password]
    link = False  # of the Ethernet cable
    lease = True  # there is a DHCP server on it
    scans = 0
    joins: list = []  # (ssid, password, bssid) that were asked for
    failure = None  # an exception that scan() raises once


class Interface:
    def __init__(self):
        self.up = False
        self.address = None
        self.announced = []

    def active(self, up=None):
        if up is not None:
            self.up = up
        return self.up

    def ifconfig(self, config=None):
        if config:
            self.address = config
        return self.address or ("0.0.0.0", "0.0.0.0", "0.0.0.0", "0.0.0.0")

    def announce(self, kind, port):
        self.announced.append((kind, port))


class _Lan(Interface):
    def isconnected(self):
        if not World.link:
            self.address = None
        elif World.lease and not self.address:
            self.address = ("10.0.0.2", "255.255.255.0", "10.0.0.1", "127.0.0.1")
        return self.up and self.address is not None

    def status(self):
        return 0 if not self.up or not World.link else 3 if self.address else 2


class _Station(Interface):
    joined = None  # a bssid

    def scan(self):
        World.scans += 1
        if World.failure:
            failure, World.failure = World.failure, None
            raise failure
        return [(a[0], bssid, 6, a[1], 3, False) for bssid, a in World.air.items()]

    def connect(self, ssid, password, bssid=None):
        World.joins.append((ssid, password, bssid))
        there = World.air.get(bssid)
        self.joined = bssid if there and there[2] == password else None
        self.address = ("10.1.0.2", "255.255.255.0", "10.1.0.1", "127.0.0.1")

    def disconnect(self):
        if not self.joined:
            raise OSError("not connected")
        self.joined = None

    def isconnected(self):
        return self.joined in World.air

    def status(self, what=None):
        return World.air[self.joined][1]


class _Point(Interface):
    def config(self, **options):
        self.options = options
        self.address = ("192.168.4.1", "255.255.255.0", "192.168.4.1", "0.0.0.0")


_lan, station, point = _Lan(), _Station(), _Point()
STA_IF, AP_IF = 0, 1


def LAN():
    return _lan


def WLAN(which):
    return point if which == AP_IF else station
