# SPDX-License-Identifier: MIT
# The calls that scripts of the litex-hub port make: docs/from-litex-hub.md.
# Needs the full size class.
import json
import time

import litex
import machine

info = litex.info()

# What the SoC is.
equal(litex.sys_clk_freq, machine.freq())
equal(litex.bus_standard(), info["bus"]["standard"])
check(isinstance(litex.git_sha1(), str))
equal(litex.CSR_BASE(), info["csr"]["base"])
equal((litex.MAIN_RAM_BASE(), litex.MAIN_RAM_SIZE()), info["memories"]["main_ram"][:2])
equal((litex.ROM_BASE(), litex.ROM_SIZE()), info["memories"].get("rom", (0, 0))[:2])

# The bus.
scratch = litex.regs.ctrl_scratch.addr
litex.write32(scratch, 0xDEADBEEF)
equal(litex.read32(scratch), 0xDEADBEEF)
equal(litex.csr_read("ctrl_scratch"), 0xDEADBEEF)
raises(ValueError, litex.read32, scratch + 1)
raises(ValueError, litex.write32, scratch + 2, 0)

# Registers by name: still a list of tuples.
csrs = litex.csrs()
check("ctrl_scratch" in csrs)
check("ctrl_scratc" not in csrs and "nothing" not in csrs)
entry = ("ctrl_scratch", scratch, 32, "rw")
check(entry in csrs and isinstance(csrs, list))
equal([row for row in csrs if row[0] == "ctrl_scratch"], [entry])
equal(litex.csrs("ctrl_scratch")[0], entry)
equal(litex.csrs("nothing"), [])
equal([], litex.csrs("nothing"))
equal(litex.csrs("ctrl_"), litex.csrs("ctrl_"))
equal(litex.csrs("nothing") + litex.csrs("ctrl_scratch"), [entry])
equal([1] + litex.csrs("ctrl_scratch"), [1, entry])
check("ctrl_scratch" not in litex.csrs("timer0_"))
count = len(csrs)
csrs.append("more")
equal((len(csrs), csrs[-1], len(csrs[:3])), (count + 1, "more", 3))
check("more" in csrs and "others" not in csrs and bool(csrs))
check(repr(csrs).startswith("[('"))

# A summary at the prompt, and still a dictionary.
lines = repr(info).split("\n")
equal(lines[0], info["identifier"])
check("  clock     %d Hz" % info["clock"] in lines, lines)
check([line for line in lines if line.startswith("  main_ram")], lines)
check(not lines[-1].endswith("\n") and str(info) == repr(info))
check(isinstance(info, dict) and "cpu" in info and "nothing" not in info)
equal(dict(info)["cpu"], info["cpu"])
copy = {}
copy.update(info)
equal(sorted(copy), sorted(info.keys()))
equal(len(info), len(list(info)))
equal(json.loads(json.dumps(info))["clock"], info["clock"])
equal(info.get("nothing", 1), 1)

# The console keeps its events.
check("sys.stdin" in raises(ValueError, litex.EventManager, "uart"))
# irq() is callback() and enable() in one.
calls = []
view = litex.EventManager("timer0", period=1)
check(view.irq(calls.append) is view)
t = time.ticks_ms()
while not calls and time.ticks_diff(time.ticks_ms(), t) < 200:
    time.sleep_us(100)
check(calls and calls[0] is view)
view.irq(None)
equal(view.callback(), None)
n = len(calls)
time.sleep_ms(3)
equal(len(calls), n)
raises(TypeError, view.irq, 3)

timer = machine.Timer(-1, mode=machine.Timer.ONE_SHOT, period=50, callback=lambda t: None)
check(40 <= timer.value() <= 51, timer.value())
timer.deinit()
equal(timer.value(), 0)

if hasattr(machine, "RTC"):
    rtc = machine.RTC()
    rtc.init((2026, 5, 17, 6, 1, 2, 3, 0))
    equal(rtc.datetime()[:6], (2026, 5, 17, 6, 1, 2))
if hasattr(machine, "Pin"):
    raises(ValueError, lambda: machine.Pin(0, machine.Pin.IN, machine.Pin.PULL_UP))
if hasattr(machine, "UART"):
    check(machine.UART.IRQ_TX and machine.UART.IRQ_TX != machine.UART.IRQ_RXIDLE)
if hasattr(machine, "ADC"):
    adc = machine.ADC("xadc_temperature")
    equal(str(adc), "ADC('temperature')")
    check(1000 < adc.read() < 4096, adc.read())
    raises(ValueError, machine.ADC, "ctrl_scratch")
if hasattr(machine, "PWM"):
    pwm = machine.PWM(0)
    pwm.init(5000, 50000)
    equal((pwm.freq(), pwm.duty_ns()), (5000, 50000))
    pwm.duty_u16(65536)
    equal(pwm.duty_u16(), 65535)
    equal(str(machine.PWM(machine.Pin("gpio[0]"))), str(pwm))
    equal(machine.PWM(machine.Pin("gpio[1]"), freq=1000).freq(), 1000)
    pwm.deinit()
if hasattr(litex, "Video"):
    video = litex.Video(0)
    equal(video.stride() * (video.bpp() // 8), video.stride_bytes())

# The clock's timer belongs to a script that takes it: time and ticks go on.
lent = False
if "timer0_uptime_latch" in litex.csrs():
    beats = []
    heartbeat = machine.Timer(-1, period=2, callback=lambda t: beats.append(time.ticks_ms()))
    reads = litex.csr_read("timer0_load")
    litex.csr_write("timer0_update_value", 1)  # a look at it leaves it with the clock
    equal(litex.csr_read("timer0_load"), reads)
    check(litex.csr_read("timer0_en") and litex.csr_read("timer0_ev_enable"))
    before = time.ticks_us()
    litex.csr_write("timer0_load", 100)
    equal(litex.csr_read("timer0_en"), 0)
    litex.csr_write("timer0_reload", 0)
    litex.csr_write("timer0_en", 1)
    event = litex.EventManager("timer0")
    equal(str(event), "EventManager('timer0')")
    check(litex.EventManager("timer0") is event)
    fired = []
    event.irq(fired.append)
    event.enable(1)
    for _ in range(1000):
        pass
    equal(fired, [event])
    # Periodic, at a rate of its own: 20 kHz would be far beyond the clock's tick.
    litex.csr_write("timer0_en", 0)
    litex.csr_write("timer0_load", 0)
    litex.csr_write("timer0_reload", litex.sys_clk_freq // 500 - 1)
    count = event.count()
    start = time.ticks_us()
    litex.csr_write("timer0_en", 1)
    time.sleep_ms(21)
    litex.csr_write("timer0_en", 0)
    span = time.ticks_diff(time.ticks_us(), start)
    check(20900 < span < 26000, span)
    events = event.count() - count
    check(abs(events - span // 2000) <= 2, (events, span))
    event.irq(None)
    # With no timer at all: a busy loop, sleep, and sleep in a callback keep time; virtual timers beat.
    check(abs(time.ticks_diff(time.ticks_us(), before)) < 500000)
    n = len(beats)
    t = time.ticks_ms()
    while time.ticks_diff(time.ticks_ms(), t) < 10:
        pass
    check(4 <= len(beats) - n <= 7, beats[n:])
    n = len(beats)
    time.sleep_ms(10)
    check(4 <= len(beats) - n <= 7, beats[n:])
    slept = []

    def sleep(timer):
        t = time.ticks_us()
        time.sleep_ms(5)
        slept.append(time.ticks_diff(time.ticks_us(), t))

    machine.Timer(-1, mode=machine.Timer.ONE_SHOT, period=1, callback=sleep)
    time.sleep_ms(10)
    check(slept and 5000 <= slept[0] < 9000, slept)
    gaps = [time.ticks_diff(b, a) for a, b in zip(beats, beats[1:])]
    check(sum(gaps) // len(gaps) in (1, 2, 3), gaps)
    heartbeat.deinit()
else:
    for call in (
        lambda: litex.EventManager("timer0"),
        lambda: litex.csr_write("timer0_load", 100),
        lambda: litex.csr_write("timer0_en", 0),
        lambda: litex.regs.timer0_ev_enable.write(0),
        lambda: litex.write32(litex.regs.timer0_reload.addr, 1),
    ):
        check("only clock" in raises(OSError, call))
t = time.ticks_ms()
time.sleep_ms(3)
check(3 <= time.ticks_diff(time.ticks_ms(), t) < 8)
