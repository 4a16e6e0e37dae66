# SPDX-License-Identifier: MIT
"""Try every class that this SoC has, on any board, with nothing connected.

Prints a line for each class: its name, `pass`, `skip` or `FAIL`, and what was done or why not; then the verdict.
Copy it to the board and `import acceptance; acceptance.main()`. Outputs move meanwhile, so look at what hangs on them.
"""

import gc
import os
import time

import litex
import machine

INFO = litex.info()
SMALL = INFO["firmware"]["size_class"] == "small"
NO_DEVICE = 19  # ENODEV
TIMED_OUT = 110  # ETIMEDOUT


class Skip(Exception):
    """The SoC lacks what a check needs."""


def cores(*kinds):
    """The names of the SoC's cores of some kinds, sorted; else skip."""
    found = sorted(name for name, core in INFO["cores"].items() if core[0] in kinds)
    if not found:
        raise Skip("no such core")
    return found


def equal(got, want, what):
    """Fail unless both are equal."""
    if got != want:
        raise AssertionError("%s: got %r, want %r" % (what, got, want))


def calls(hits, count, what):
    """Wait until a callback has put a number of hits into a list; fail when it does not."""
    end = time.ticks_add(time.ticks_ms(), 500)
    while len(hits) < count:
        if time.ticks_diff(end, time.ticks_ms()) < 0:
            raise AssertionError("%s: %d calls of %d" % (what, len(hits), count))
        time.sleep_ms(1)


def raises(kind, function, *args):
    """Fail unless function(*args) raises that; return the exception."""
    try:
        function(*args)
    except kind as e:
        return e
    raise AssertionError("no %s" % kind.__name__)


def registers():
    """Write and read the register that is there for that."""
    cores("ctrl")
    before = litex.csr_read("ctrl_scratch")
    for value in (0x12345678, 0xA5A5A5A5, 0, before):
        litex.csr_write("ctrl_scratch", value)
        equal(litex.csr_read("ctrl_scratch"), value, "ctrl_scratch")
    return "%d registers" % INFO["csr"]["registers"]


def memory():
    """Fill memory, collect the garbage, keep a file."""
    free = gc.mem_free()
    n = min(free // 1024, 1024) or 1
    data = bytes(range(256)) * n
    equal(sum(data), 32640 * n, "sum of %d bytes" % len(data))
    del data
    gc.collect()
    with open("acceptance.tmp", "w") as f:
        f.write("kept")
    with open("acceptance.tmp") as f:
        equal(f.read(), "kept", "file")
    os.remove("acceptance.tmp")
    return "%d bytes free" % free


def clock():
    """The clock runs, and sleep takes the time asked for, or little more."""
    before = time.ticks_us()
    time.sleep_ms(20)
    passed = time.ticks_diff(time.ticks_us(), before)
    if not 20000 <= passed <= 22000:
        raise AssertionError("20 ms took %d us" % passed)
    return "%d Hz" % machine.freq()


def regs():
    """The same register as an attribute."""
    cores("ctrl")
    if SMALL:
        raise Skip("small size class")
    register = litex.regs.ctrl_scratch
    before = register.read()
    register.write(0x600DCAFE)
    equal(litex.csr_read("ctrl_scratch"), 0x600DCAFE, "ctrl_scratch")
    register.write(before)
    equal(litex.mems.main_ram.size, INFO["memories"]["main_ram"][1], "main_ram")
    raises(AttributeError, getattr, litex.regs, "no_such_register")
    return repr(register)


def remote():
    """What a script for a host does."""
    if SMALL:
        raise Skip("small size class")
    wb = litex.RemoteClient()
    wb.open()
    equal(wb.constants.config_clock_frequency, machine.freq(), "clock")
    base = wb.mems.main_ram.base
    equal(wb.read(base), machine.mem32[base], "first word of main_ram")
    wb.close()
    return "clock and memory"


def led():
    """Switch each LED on and off."""
    names = cores("leds")
    n = 0
    try:
        while n < 32:
            p = litex.LED(n)
            for value in (1, 0):
                p.value(value)
                equal(p.value(), value, "LED %d" % n)
            n += 1
    except ValueError:
        pass
    equal(n > 0, True, "LEDs")
    return "%d of %s" % (n, ", ".join(names))


def pin():
    """Move each output and read it back; read each input."""
    names = cores("gpio_tristate", "gpio_out", "gpio_inout", "gpio_in")
    Pin = machine.Pin
    for name in names:
        p = Pin(name, 0)
        if INFO["cores"][name][0] == "gpio_in":
            equal(p.value() in (0, 1), True, name)
            raises(ValueError, p.init, Pin.OUT)
            continue
        p.init(Pin.OUT)
        for value in (1, 0, 1, 0):
            p.value(value)
            equal(litex.csr_read(name + "_out") & 1, value, name)
        p.toggle()
        equal(litex.csr_read(name + "_out") & 1, 1, name + " after toggle")
        p.off()
        if INFO["cores"][name][0] == "gpio_tristate":
            p.init(Pin.IN)
            equal(litex.csr_read(name + "_oe") & 1, 0, name + " as input")
    return ", ".join(names)


def signal():
    """What is on where the pin is low."""
    name = cores("gpio_tristate", "gpio_out", "gpio_inout")[0]
    s = machine.Signal(machine.Pin(name, 0, machine.Pin.OUT), invert=True)
    for value in (1, 0):
        s.value(value)
        equal(litex.csr_read(name + "_out") & 1, 1 - value, name)
        equal(s.value(), value, "the signal")
    return name


def free_pins(count):
    """The first pins that switch their direction, of one core; else skip."""
    for name in cores("gpio_tristate"):
        try:
            return name, [machine.Pin(name, n) for n in range(count)]
        except ValueError:
            pass
    raise Skip("no core of %d pins that switch their direction" % count)


def soft_spi():
    """The clock ends at its idle level, the data line at the last bit."""
    name, (sck, mosi, miso) = free_pins(3)
    for polarity, last in ((0, 1), (1, 0)):
        bus = machine.SoftSPI(100000, polarity=polarity, sck=sck, mosi=mosi, miso=miso)
        bus.write(bytes((0x5A, last)))
        equal(litex.csr_read(name + "_out") & 3, polarity | last << 1, name)
    for pin in (sck, mosi):
        pin.init(machine.Pin.IN)
    return name


def soft_i2c():
    """A scan, which finds anything from nothing to a wire that is held; afterwards both wires are released."""
    name, (scl, sda) = free_pins(2)
    bus = machine.SoftI2C(scl=scl, sda=sda, timeout=1000)
    try:
        text = "%d devices" % len(bus.scan())
    except OSError as e:
        equal(e.errno, TIMED_OUT, "errno")
        text = "a wire is held"
    equal(litex.csr_read(name + "_oe") & 3, 0, name + "_oe")
    return "%s on %s" % (text, name)


def bitstream():
    """Two bytes take their time on a pin, and leave it low."""
    name = cores("gpio_tristate", "gpio_out", "gpio_inout")[0]
    pin = machine.Pin(name, 0, machine.Pin.OUT)
    start = time.ticks_us()
    machine.bitstream(pin, 0, (20000, 40000, 40000, 20000), b"\x55\xff")
    took = time.ticks_diff(time.ticks_us(), start)
    equal(took >= 900, True, "%d us" % took)
    equal(litex.csr_read(name + "_out") & 1, 0, name)
    return "%d us on %s" % (took, name)


def timer():
    """A virtual timer fires, and each timer of the SoC."""
    names = cores("timer")
    for n in range(-1, len(names)):
        hits = []
        t = machine.Timer(n, mode=machine.Timer.PERIODIC, period=2, callback=hits.append)
        calls(hits, 5, "Timer(%d)" % n)
        t.deinit()
        equal(hits[0] is t, True, "what the callback gets")
        seen = len(hits)
        time.sleep_ms(6)
        equal(len(hits), seen, "callbacks after deinit()")
        if SMALL:
            break
    return "virtual, " + ", ".join(names)


def events():
    """Each event of a timer calls a function."""
    names = cores("timer")
    for name in names:
        hits = []
        view = name == names[0]  # the clock's: a period of its own
        em = litex.EventManager(name, period=5) if view else litex.EventManager(name)
        em.callback(hits.append)
        em.enable()
        if view:
            calls(hits, 1, "the view of " + name)
        else:
            for number in (1, 2):
                litex.csr_write(name + "_en", 0)
                litex.csr_write(name + "_reload", 0)
                litex.csr_write(name + "_load", machine.freq() // 1000)
                litex.csr_write(name + "_en", 1)
                calls(hits, number, name)
            litex.csr_write(name + "_en", 0)
        em.disable()
        em.callback(None)
    raises(ValueError, litex.EventManager, "no_such_core")
    return ", ".join(names)


def spi():
    """What goes out comes back through the core's loopback."""
    names = cores("spi", "spi_mmap", "spi_sdcard")
    done = []
    sent = bytes(range(0, 256, 5))
    for name in names:
        if INFO["cores"][name][0] == "spi_sdcard":
            continue
        bus = machine.SPI(name, loopback=True)
        got = bytearray(len(sent))
        bus.write_readinto(sent, got)
        equal(bytes(got), sent, name)
        bus.init(loopback=False)
        bus.deinit()
        done.append(name)
    if not done:
        raise Skip("only that of an SD card")
    return "%d bytes through %s" % (len(sent), ", ".join(done))


def i2c():
    """Look for devices; one that is not there does not answer."""
    names = cores("i2c", "litei2c")
    found = []
    for name in names:
        bus = machine.I2C(name)
        devices = bus.scan()
        found.append("%d devices on %s" % (len(devices), name))
        silent = [address for address in range(0x08, 0x78) if address not in devices]
        equal(len(silent) > 0, True, "an address that nobody has on " + name)
        equal(raises(OSError, bus.writeto, silent[0], b"x").errno, NO_DEVICE, "errno")
    return ", ".join(found)


def pwm():
    """Frequency and duty read back, and the core counts as they say."""
    names = cores("pwm", "pwm_multi")
    for name in names:
        if INFO["cores"][name][0] == "pwm":
            enable, width, period, instance = "_enable", "_width", "_period", name
        else:
            enable, width, period = "_channel0_enable", "_channel0_width", "_channel0_period"
            instance = name + "[0]"
        p = machine.PWM(instance, freq=1000, duty_u16=16384)
        equal(p.freq(), 1000, name + " freq")
        equal(abs(p.duty_u16() - 16384) <= 2, True, name + " duty")
        cycles = litex.csr_read(name + period)
        equal(abs(cycles - machine.freq() // 1000) <= 1, True, name + period)
        equal(abs(litex.csr_read(name + width) - cycles // 4) <= 1, True, name + width)
        equal(litex.csr_read(name + enable), 1, name + enable)
        p.deinit()
        off = litex.csr_read(name + enable) * litex.csr_read(name + width)
        equal(off, 0, name + " after deinit()")
    return ", ".join(names)


def uart():
    """Another UART than the console takes bytes, and has none when nobody sends."""
    # A UART's PHY is part of it.
    names = [name for name in cores("uart") if name != "uart" and not name.endswith("_phy")]
    if not names:
        raise Skip("only the console")
    for name in names:
        port = machine.UART(name, timeout=20)
        while port.any():
            port.read()
        equal(port.write(b"acceptance"), 10, name + " write")
        got = port.read(10)
        equal(
            got in (None, b"acceptance"), True, "%s read %r" % (name, got)
        )  # the latter where TX is RX
    raises(ValueError, machine.UART, "uart")
    return ", ".join(names)


def adc():
    """The supplies and the temperature are what a working chip has."""
    names = cores("xadc", "sysmone1", "sysmone4")
    read = [machine.ADC(name).read_u16() for name in ("temperature", "vccint", "vccaux")]
    for value in read:
        equal(0 < value < 65536, True, "a conversion")
    celsius = machine.ADC("temperature").read_celsius()
    equal(-60 < celsius < 150, True, "%d degrees" % celsius)
    return "%s: %d degrees Celsius" % (names[0], celsius)


def rtc():
    """The date that is set goes on."""
    if SMALL:
        raise Skip("small size class")
    clock = machine.RTC()
    before = clock.datetime()
    clock.datetime((2024, 2, 29, 3, 23, 59, 59, 0))
    time.sleep_ms(1100)
    equal(clock.datetime()[:6], (2024, 3, 1, 4, 0, 0), "a second later")
    clock.datetime(before)
    return "over a leap day"


def ws2812():
    """The colours of the LED core's LEDs, as a list and as bitstream() sends them, are in its memory."""
    names = cores("ws2812")
    for name in names:
        leds = litex.WS2812(name)
        base = INFO["memories"][name][0]
        for n in range(len(leds)):
            leds[n] = (n + 1, 2, 3)
            equal(machine.mem32[base + 4 * n], 2 << 16 | n + 1 << 8 | 3, "LED %d" % n)
        if not SMALL:
            machine.bitstream(leds, 0, (400, 850, 800, 450), b"\x07\x08\x09" * len(leds))
            equal(leds[len(leds) - 1], (8, 7, 9), "the last LED")
        leds.fill((0, 0, 0))
    return "%d LEDs of %s" % (len(leds), ", ".join(names))


def dma():
    """Copy memory through reader and writer, where they are joined."""
    cores("dma_reader")
    cores("dma_writer")
    if not SMALL and "dma_reader_loopback" not in dir(litex.constants):
        raise Skip("reader and writer are not joined")
    source = bytes(range(256)) * (1 if SMALL else 16)
    to = bytearray(len(source))
    start = time.ticks_us()
    litex.DMA(0).copy(to, source)
    took = time.ticks_diff(time.ticks_us(), start)
    equal(bytes(to) == source, True, "the copy")
    return "%d bytes in %d us" % (len(to), took)


def dma_halves():
    """A reader and the writer that its words go to, each by itself."""
    cores("dma_reader")
    cores("dma_writer")
    if SMALL or "dma_reader_loopback" not in dir(litex.constants):
        raise Skip("reader and writer are not joined" if not SMALL else "small size class")
    source, to = bytes(range(64)), bytearray(64)
    reader, writer = litex.DMAReader(0), litex.DMAWriter(litex.constants.dma_reader_loopback)
    reader.membuf(source)
    writer.membuf(to)
    writer.start()
    equal(writer.done(), False, "done() before a word came")
    reader.start()
    end = time.ticks_add(time.ticks_ms(), 500)
    while not writer.done() and time.ticks_diff(end, time.ticks_ms()) > 0:
        pass
    equal((reader.done(), writer.done()), (True, True), "done()")
    equal(bytes(to), source, "what was written")
    for half in (reader, writer):
        half.stop()
        half.membuf(None)
    return "%d bytes" % len(to)


def video():
    """Fill the picture, and read it back from where the core reads it."""
    names = cores("video_framebuffer")
    screen = litex.Video(0)
    picture = memoryview(screen)
    equal(len(picture), screen.height() * screen.stride_bytes(), "bytes of the picture")
    line = bytes(range(256)) * (screen.stride_bytes() // 256 + 1)
    line = line[: screen.stride_bytes()]
    for y in (0, screen.height() - 1):
        for x, value in enumerate(line):  # the small size class has no assignment to slices
            picture[y * screen.stride_bytes() + x] = value
    base = litex.csr_read(names[0] + "_dma_base") & 0xFFFFFFFF
    screen.flush()
    equal(machine.mem8[base + 5], line[5], "the picture where the core reads it")
    screen.off()
    return "%d x %d, %d bits" % (screen.width(), screen.height(), screen.bpp())


def watchdog():
    """It counts down, feeding starts it anew, and no second timeout is taken. Then it is stopped by its register."""
    name = cores("watchdog")[0]
    wdt = machine.WDT(timeout=5000)
    first = litex.csr_read(name + "_remaining")
    time.sleep_ms(20)
    second = litex.csr_read(name + "_remaining")
    equal(second <= first - machine.freq() // 100, True, "it counts")
    wdt.feed()
    equal(litex.csr_read(name + "_remaining") > second, True, "it is fed")
    raises(ValueError, machine.WDT, 0, 4000)
    litex.csr_write(name + "_control", 0)
    return name


# The checks in their order: module and name of the class, None where the check is not of a class.
def lan():
    """Get an address from the network that the cable leads to, where there is one."""
    cores("ethmac")
    import network  # type: ignore[import-not-found]  # the firmware has it with the core

    lan = network.LAN(0)
    lan.active(True)
    end = time.ticks_add(time.ticks_ms(), 3000)
    while not lan.isconnected():
        if time.ticks_diff(end, time.ticks_ms()) < 0:
            lan.active(False)
            raise Skip("no cable, or no link")
        time.sleep_ms(10)
    try:
        lan.ifconfig("dhcp")
        address = lan.ifconfig()[0]
    except OSError as e:
        raise Skip("a link, but no address by DHCP: %s" % e)
    finally:
        lan.active(False)
    mac = ":".join("%02x" % byte for byte in lan.config("mac"))
    if mac in ("00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff") or int(mac[:2], 16) & 1:
        raise AssertionError("%s is not an address of one board" % mac)
    return "%s has %s" % (mac, address)


CHECKS = (
    ("csr", None, registers),
    ("memory", None, memory),
    ("time", None, clock),
    ("regs", litex, regs),
    ("RemoteClient", litex, remote),
    ("LED", litex, led),
    ("Pin", machine, pin),
    ("Signal", machine, signal),
    ("SoftSPI", machine, soft_spi),
    ("SoftI2C", machine, soft_i2c),
    ("bitstream", machine, bitstream),
    ("Timer", machine, timer),
    ("EventManager", litex, events),
    ("SPI", machine, spi),
    ("I2C", machine, i2c),
    ("PWM", machine, pwm),
    ("UART", machine, uart),
    ("ADC", machine, adc),
    ("RTC", machine, rtc),
    ("WS2812", litex, ws2812),
    ("DMAReader", litex, dma_halves),
    ("DMAWriter", litex, dma_halves),
    ("DMA", litex, dma),
    ("Video", litex, video),
    ("LAN", None, lan),
    ("WDT", machine, watchdog),
)


def try_one(name, module, check):
    """Run a check; return its result and what to say of it."""
    try:
        text = check()
    except Skip as e:
        return "skip", str(e)
    except Exception as e:
        if module and not hasattr(module, name):
            return (
                "skip" if SMALL else "FAIL",
                "the SoC has the core, but the firmware lacks the class",
            )
        return "FAIL", "%s %s" % (type(e).__name__, e)
    return "pass", text


def main():
    """Run all checks; return whether none failed."""
    cpu = INFO["cpu"]
    print("%s: %s %s, %d Hz" % (INFO["identifier"], cpu["name"], cpu["variant"], INFO["clock"]))
    count = {"pass": 0, "skip": 0, "FAIL": 0}
    for name, module, check in CHECKS:
        result, text = try_one(name, module, check)
        print("%-14s %s  %s" % (name, result, text))
        count[result] += 1
        gc.collect()
    good = count["pass"] > 0 and not count["FAIL"]
    verdict = "pass" if good else "fail", count["pass"], count["skip"], count["FAIL"]
    print("verdict: %s: %d passed, %d skipped, %d failed" % verdict)
    return good


if __name__ == "__main__":
    raise SystemExit(0 if main() else 1)
