"""MicroPython's time module."""

_Time = tuple[int, int, int, int, int, int, int, int]

def sleep(seconds: float, /) -> None:
    """Wait for a number of seconds."""

def sleep_ms(ms: int, /) -> None:
    """Wait for a number of milliseconds."""

def sleep_us(us: int, /) -> None:
    """Wait for a number of microseconds."""

def ticks_ms() -> int:
    """A counter of milliseconds that wraps around: for ticks_diff()."""

def ticks_us() -> int:
    """A counter of microseconds that wraps around: for ticks_diff()."""

def ticks_cpu() -> int:
    """The finest counter that there is."""

def ticks_add(ticks: int, delta: int, /) -> int:
    """Ticks so much later."""

def ticks_diff(end: int, start: int, /) -> int:
    """The ticks from start to end."""

def time() -> int:
    """Seconds since the epoch."""

def time_ns() -> int:
    """Nanoseconds since the epoch."""

# needs: PORT_FULL
def gmtime(seconds: int | None = None, /) -> _Time:
    """A time as (year, month, day, hour, minute, second, weekday, day of the year)."""

# needs: PORT_FULL
def localtime(seconds: int | None = None, /) -> _Time:
    """As gmtime()."""

# needs: PORT_FULL
def mktime(time: _Time, /) -> int:
    """The inverse of localtime()."""
