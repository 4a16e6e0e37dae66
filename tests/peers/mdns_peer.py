# SPDX-License-Identifier: MIT
"""A host that speaks mDNS by Python's zeroconf (Debian's python3-zeroconf): it announces itself, or looks others up.

mdns_peer.py announce ADDRESS NAME        until it is ended; prints `announced`
mdns_peer.py find ADDRESS NAME            prints the addresses of NAME.local
mdns_peer.py browse ADDRESS TYPE          prints name, port and properties of the first service found
"""

import socket
import sys
import threading
import time

import zeroconf

BOUND_S = 20


def announce(zc: zeroconf.Zeroconf, address: str, name: str) -> None:
    zc.register_service(
        zeroconf.ServiceInfo(
            "_test._tcp.local.",
            f"{name}._test._tcp.local.",
            addresses=[socket.inet_aton(address)],
            port=4711,
            server=f"{name}.local.",
        )
    )
    print("announced", flush=True)
    time.sleep(3600)


def find(zc: zeroconf.Zeroconf, name: str) -> None:
    query = zeroconf.AddressResolver if hasattr(zeroconf, "AddressResolver") else None
    if query is not None:
        info = query(f"{name}.local.")
        found = info.request(zc, BOUND_S * 1000)
        print(*(info.parsed_addresses() if found else ["nothing"]), flush=True)
        return
    info = zeroconf.ServiceInfo("_x._tcp.local.", "x._x._tcp.local.", server=f"{name}.local.")
    out = zeroconf.DNSOutgoing(zeroconf.const._FLAGS_QR_QUERY)
    for kind in (zeroconf.const._TYPE_A, zeroconf.const._TYPE_AAAA):
        out.add_question(zeroconf.DNSQuestion(f"{name}.local.", kind, zeroconf.const._CLASS_IN))
    end = time.monotonic() + BOUND_S
    while time.monotonic() < end:
        zc.send(out)
        time.sleep(0.3)
        records = zc.cache.get_all_by_details(
            f"{name}.local.", zeroconf.const._TYPE_A, zeroconf.const._CLASS_IN
        )
        if records:
            print(*(socket.inet_ntoa(r.address) for r in records), flush=True)
            return
    print("nothing", flush=True)


def browse(zc: zeroconf.Zeroconf, kind: str) -> None:
    done = threading.Event()

    class Listener(zeroconf.ServiceListener):
        def add_service(self, zc, type_, name) -> None:
            info = zc.get_service_info(type_, name, 5000)
            if info:
                print(
                    name,
                    *info.parsed_addresses(zeroconf.IPVersion.V4Only),
                    info.port,
                    dict(info.properties),
                    flush=True,
                )
                done.set()

        def update_service(self, zc, type_, name) -> None:
            pass

        def remove_service(self, zc, type_, name) -> None:
            pass

    zeroconf.ServiceBrowser(zc, f"{kind}.local.", Listener())
    if not done.wait(BOUND_S):
        print("nothing", flush=True)


def main() -> None:
    what, address, name = sys.argv[1:]
    zc = zeroconf.Zeroconf(interfaces=[address], ip_version=zeroconf.IPVersion.V4Only)
    try:
        {
            "announce": lambda: announce(zc, address, name),
            "find": lambda: find(zc, name),
            "browse": lambda: browse(zc, name),
        }[what]()
    finally:
        zc.close()


if __name__ == "__main__":
    main()
