# SPDX-License-Identifier: MIT
# Needs the full size class
# machine.UART: a further UART, whose output the wiring leads back to its input.
import machine

if not hasattr(machine, "UART"):
    skip("no further UART")
import asyncio
import select
import time

from machine import UART, Pin

check("is the console" in raises(ValueError, UART, 0))
check("is the console" in raises(ValueError, UART, "uart"))
check("1 (uart1)" in raises(ValueError, UART, 2))
u = UART(1, 1000000, timeout=50, timeout_char=5)
check(u is UART("uart1"))
equal(str(u), "UART('uart1', baudrate=1000000, timeout=50, timeout_char=5, rxbuf=256, txbuf=256)")
for wrong in (
    lambda: u.init(0),
    lambda: u.init(machine.freq()),
    lambda: u.init(9600, 7),
    lambda: u.init(9600, 8, 1),
    lambda: u.init(9600, 8, None, 2),
    lambda: u.init(timeout=-2),
    lambda: u.init(timeout=70000),
    lambda: u.init(rxbuf=1 << 20),
    lambda: u.irq(1, UART.IRQ_RX),
    lambda: u.irq().trigger(64),
    lambda: u.irq().trigger(-1),
    lambda: u.irq(print, 64),
):
    raises(ValueError, wrong)
check("baudrate=1000000" in str(u))

# Write and read.
equal(u.any(), 0)
equal(u.read(), None)
equal(u.write(b"hello"), 5)
equal(u.flush(), None)
check(u.txdone())
equal(u.read(), b"hello")
equal(u.write(bytes(range(256)) * 3), 768)  # more than the rings: it waits
u.flush()
equal(u.any(), 256)
equal(u.read(256), bytes(range(256)))
u.read()
equal(u.write(b"one\ntwo\n\x00\xff"), 10)
equal((u.readline(), u.readline(), u.read(2)), (b"one\n", b"two\n", b"\x00\xff"))
buf = bytearray(4)
u.write(b"abcdef")
equal((u.readinto(buf), bytes(buf)), (4, b"abcd"))
equal((u.readinto(buf, 1), u.readinto(buf), bytes(buf)), (1, 1, b"fbcd"))
equal(u.readinto(buf), None)
start = time.ticks_ms()
equal(u.read(1), None)
check(45 <= time.ticks_diff(time.ticks_ms(), start) <= 80)
# The line's rate: 100 characters of 10 bits.
start = time.ticks_us()
u.write(bytes(100))
u.flush()
took = time.ticks_diff(time.ticks_us(), start)
check(1000 <= took < 4000, took)
equal(len(u.read()), 100)
u.init(250000)
start = time.ticks_us()
u.write(b"0123456789")
check(not u.txdone())
u.flush()
took = time.ticks_diff(time.ticks_us(), start)
check(400 <= took < 3000, took)
equal(u.read(), b"0123456789")
if "UART_LISTENER" in globals():
    equal(Pin(UART_LISTENER, Pin.IN)(), 1)  # idle

# Interrupts: each arrival, and the end of a burst; soft and hard.
u.init(1000000, timeout=0)
events = []
i = u.irq(lambda u: events.append(u.irq().flags()), UART.IRQ_RXIDLE)
u.write(b"0123456789" * 3)
u.flush()
time.sleep_ms(12)
equal(events, [UART.IRQ_RXIDLE])
equal(u.any(), 30)
u.write(b"x")
u.flush()
time.sleep_ms(12)
equal(len(events), 2)
equal(len(u.read()), 31)
seen = bytearray(1)


def hard(u):
    seen[0] += 1


# Upstream's default trigger is none; the object takes another one.
u.irq(hard).trigger(UART.IRQ_RX)
u.irq(hard, UART.IRQ_RX, True)
u.write(b"abc")
u.flush()
time.sleep_ms(2)
check(1 <= seen[0] <= 3, seen[0])
equal(u.read(), b"abc")
events.clear()
u.irq(lambda u: events.append(u.irq().flags()), UART.IRQ_TXIDLE)
u.write(b"0123456789")
u.flush()
time.sleep_ms(4)
equal(events, [UART.IRQ_TXIDLE])
equal(i.trigger(), UART.IRQ_TXIDLE)
u.irq(None)
u.write(b"0")
u.flush()
time.sleep_ms(4)
equal(len(events), 1)
u.read()

# select and asyncio.
poll = select.poll()
poll.register(u, select.POLLIN)
equal(poll.poll(0), [])
u.write(b"!")
equal(poll.poll(100), [(u, select.POLLIN)])
u.read()
poll.modify(u, select.POLLIN | select.POLLOUT)
equal(poll.poll(0), [(u, select.POLLOUT)])


async def talk():
    reader = asyncio.StreamReader(u)
    writer = asyncio.StreamWriter(u, {})
    lines = []

    async def listen():
        for n in range(3):
            lines.append(await reader.readline())

    task = asyncio.create_task(listen())
    for n in range(3):
        writer.write(b"line %d\n" % n)
        await writer.drain()
    await asyncio.wait_for(task, 5)
    return lines


equal(asyncio.run(talk()), [b"line 0\n", b"line 1\n", b"line 2\n"])

# Off and on again.
u.deinit()
check("init()" in raises(ValueError, u.any))
raises(ValueError, u.read)
raises(ValueError, u.write, b"x")
u.init(1000000, timeout=20)
u.write(b"back")
equal(u.read(4), b"back")
u.deinit()
