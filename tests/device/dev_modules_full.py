# SPDX-License-Identifier: MIT
# Needs the full size class: digests, ciphers, asyncio, double precision, long integers, select.
import hashlib
import sys

equal(hashlib.md5(b"abc").digest().hex(), "900150983cd24fb0d6963f7d28e17f72")
equal(hashlib.sha1(b"abc").digest().hex(), "a9993e364706816aba3e25717850c26c9cd0d89d")
equal(
    hashlib.sha256(b"abc").digest().hex(),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
)

from cryptolib import aes

key, block = bytes(range(16)), bytes.fromhex("00112233445566778899aabbccddeeff")
equal(aes(key, 1).encrypt(block).hex(), "69c4e0d86a7b0430d8cdb78070b4c55a")
equal(aes(key, 1).decrypt(aes(key, 1).encrypt(block)), block)
equal(aes(key + key, 2, key).decrypt(aes(key + key, 2, key).encrypt(block * 2)), block * 2)

import asyncio
import time


async def worker(n, log):
    for i in range(2):
        await asyncio.sleep_ms(n)
        log.append(n)


async def main():
    log = []
    await asyncio.gather(worker(3, log), worker(5, log))
    return log


t = time.ticks_ms()
equal(sorted(asyncio.run(main())), [3, 3, 5, 5])
check(time.ticks_diff(time.ticks_ms(), t) >= 10)


# A sleep never ends early, wherever in a millisecond it begins, and a tick and the loop's own time late at most.
async def sleeps():
    for sleep, ms in ((asyncio.sleep_ms, 2), (lambda ms: asyncio.sleep(ms / 1000), 3)):
        for late_us in (50, 350, 650, 950):
            before = time.ticks_ms()
            while time.ticks_ms() == before:
                pass
            time.sleep_us(late_us)
            start = time.ticks_us()
            await sleep(ms)
            took_us = time.ticks_diff(time.ticks_us(), start)
            check(ms * 1000 <= took_us < ms * 1000 + 5000, took_us)
    # One that is over already gives the others a turn, and no more.
    start = time.ticks_us()
    await asyncio.sleep_ms(0)
    await asyncio.sleep(0)
    check(time.ticks_diff(time.ticks_us(), start) < 2000)


asyncio.run(sleeps())

import math

equal(math.exp(1), math.e)
equal(repr(1 / 3), "0.3333333333333333")
equal(2**200 // 3**100, 3117982410207)

import select

poll = select.poll()
poll.register(sys.stdin, select.POLLIN)
equal(poll.poll(1), [])

# File systems of block devices are there where the SoC has a medium for them.
import litex
import machine
import vfs

medium = hasattr(machine, "SPI") or hasattr(machine, "SDCard") or hasattr(litex, "SPIFlash")
equal(hasattr(vfs, "VfsFat"), medium)
equal(hasattr(vfs, "VfsLfs2"), medium)
