"""MicroPython's machine module, as this SoC has it."""

from collections.abc import Callable
from typing import Any, Literal, NoReturn, overload

from _typeshed import ReadableBuffer, WriteableBuffer

PWRON_RESET: int
HARD_RESET: int
SOFT_RESET: int
TRAP_RESET: int
DEEPSLEEP_RESET: int
# needs: SOC_HAS_WATCHDOG
WDT_RESET: int

def freq() -> int:
    """The clock in hertz."""

def reset() -> NoReturn:
    """Reset the SoC."""

def soft_reset() -> NoReturn:
    """Start a new virtual machine; files stay."""

def reset_cause() -> int:
    """PWRON_RESET, HARD_RESET, SOFT_RESET, TRAP_RESET, DEEPSLEEP_RESET or WDT_RESET."""

def unique_id() -> bytes:
    """The chip's number where the SoC has a DNA core, else the hash of the CSR map."""

def identifier() -> str:
    """The SoC's identifier, as the firmware was built for."""

def idle() -> None:
    """Wait for the next interrupt."""

def lightsleep(time_ms: int = ..., /) -> None:
    """Wait for that time, or for the next interrupt if it comes first."""

def deepsleep(time_ms: int = ..., /) -> NoReturn:
    """Wait, then reset."""

def disable_irq() -> int:
    """Disable all interrupts; returns the state for enable_irq()."""

def enable_irq(state: int, /) -> None:
    """Back to the state before disable_irq()."""

class _Mem:
    def __getitem__(self, address: int, /) -> int: ...
    def __setitem__(self, address: int, value: int, /) -> None: ...

mem8: _Mem
mem16: _Mem
mem32: _Mem

class PinBase:
    """What drivers of pins in Python inherit from."""

class _Irq:
    """What irq() returns: calling it runs the handler."""

    def __call__(self) -> None: ...
    def flags(self) -> int: ...
    def trigger(self, trigger: int = ..., /) -> int: ...

# needs: SOC_HAS_GPIO or SOC_HAS_LEDS
class Pin:
    """A pin of a GPIO or LED core: by number through all of them, as "gpio[3]", or as "gpio", 3."""

    IN: int
    OUT: int
    OPEN_DRAIN: int
    PULL_UP: int
    PULL_DOWN: int
    # needs: PORT_FULL and SOC_HAS_GPIO_EVENT
    IRQ_RISING: int
    # needs: PORT_FULL and SOC_HAS_GPIO_EVENT
    IRQ_FALLING: int
    @overload
    def __init__(
        self,
        id: int | str | tuple[str, int],
        mode: int = ...,
        pull: Literal[-1] | None = None,
        *,
        value: Any = ...,
        drive: Literal[0] = 0,
        alt: Literal[-1] = -1,
    ) -> None: ...
    @overload
    def __init__(
        self,
        core: str,
        number: int,
        /,
        mode: int = ...,
        pull: Literal[-1] | None = None,
        *,
        value: Any = ...,
        drive: Literal[0] = 0,
        alt: Literal[-1] = -1,
    ) -> None: ...
    def init(
        self,
        mode: int = ...,
        pull: Literal[-1] | None = None,
        *,
        value: Any = ...,
        drive: Literal[0] = 0,
        alt: Literal[-1] = -1,
    ) -> None: ...
    @overload
    def __call__(self) -> int: ...
    @overload
    def __call__(self, value: Any, /) -> None: ...
    @overload
    def value(self) -> int: ...
    @overload
    def value(self, value: Any, /) -> None: ...
    def on(self) -> None: ...
    def off(self) -> None: ...
    def high(self) -> None: ...
    def low(self) -> None: ...
    def toggle(self) -> None: ...
    # needs: PORT_FULL and SOC_HAS_GPIO_EVENT
    def irq(
        self,
        handler: Callable[[Pin], object] | None = None,
        trigger: int = ...,
        hard: bool = False,
        *,
        priority: Literal[1] = 1,
        wake: None = None,
    ) -> _Irq: ...

# needs: PORT_FULL and (SOC_HAS_GPIO or SOC_HAS_LEDS)
class Signal:
    """A pin, inverted on request."""

    @overload
    def __init__(self, pin: Pin, *, invert: bool = False) -> None: ...
    @overload
    def __init__(
        self, id: int | str, mode: int = ..., *, value: Any = ..., invert: bool = False
    ) -> None: ...
    @overload
    def __call__(self) -> int: ...
    @overload
    def __call__(self, value: Any, /) -> None: ...
    @overload
    def value(self) -> int: ...
    @overload
    def value(self, value: Any, /) -> None: ...
    def on(self) -> None: ...
    def off(self) -> None: ...

# needs: PORT_FULL and (SOC_HAS_GPIO or SOC_HAS_LEDS)
def time_pulse_us(pin: Pin, pulse_level: int, timeout_us: int = 1000000, /) -> int:
    """The length of a pulse in microseconds; -2 and -1 when it did not begin or end in time."""

# needs: PORT_FULL and (SOC_HAS_GPIO or SOC_HAS_LEDS or SOC_HAS_WS2812)
def bitstream(
    pin: Any, encoding: Literal[0], timing: tuple[int, int, int, int], data: ReadableBuffer, /
) -> None:
    """Send bits as pulses: (high of 0, low of 0, high of 1, low of 1) in nanoseconds."""

# needs: PORT_FULL and SOC_HAS_GPIO
def dht_readinto(pin: Pin, buf: WriteableBuffer, /) -> None:
    """The five bytes of a DHT11 or DHT22."""

class Timer:
    """A hardware timer by number, or with -1 a virtual one on the clock's tick."""

    ONE_SHOT: int
    PERIODIC: int
    def __init__(
        self,
        id: int | str = -1,
        *,
        mode: int = ...,
        callback: Callable[[Timer], object] | None = None,
        period: int | None = None,
        tick_hz: int = 1000,
        freq: float | None = None,
        hard: bool = False,
    ) -> None: ...
    def init(
        self,
        *,
        mode: int = ...,
        callback: Callable[[Timer], object] | None = None,
        period: int | None = None,
        tick_hz: int = 1000,
        freq: float | None = None,
        hard: bool = False,
    ) -> None: ...
    def deinit(self) -> None: ...
    # needs: PORT_FULL
    def value(self) -> int: ...

# needs: PORT_FULL
class RTC:
    """The system's clock."""

    def __init__(self) -> None: ...
    @overload
    def datetime(self) -> tuple[int, int, int, int, int, int, int, int]: ...
    @overload
    def datetime(self, datetime: tuple[int, int, int, int, int, int, int, int], /) -> None: ...
    def init(self, datetime: tuple[int, int, int, int, int, int, int, int], /) -> None: ...

# needs: PORT_FULL and (SOC_HAS_SDCARD or SOC_HAS_SPI_SDCARD)
class SDCard:
    """An SD card: a block device of 512-byte sectors."""

    def __init__(
        self,
        slot: int | str = 0,
        width: int | None = None,
        freq: int | None = None,
        *,
        verify: bool = False,
    ) -> None: ...
    def readblocks(self, block_num: int, buf: WriteableBuffer, offset: int = 0, /) -> int: ...
    def writeblocks(self, block_num: int, buf: ReadableBuffer, offset: int = 0, /) -> int: ...
    def ioctl(self, op: int, arg: int, /) -> int | None: ...
    def info(self) -> dict[str, str | int | bool | bytes]: ...
    def present(self) -> bool: ...
    def deinit(self) -> None: ...

class _SPI:
    MSB: int
    LSB: int
    def read(self, nbytes: int, write: int = 0, /) -> bytes: ...
    def readinto(self, buf: WriteableBuffer, write: int = 0, /) -> None: ...
    def write(self, buf: ReadableBuffer, /) -> None: ...
    def write_readinto(self, write_buf: ReadableBuffer, read_buf: WriteableBuffer, /) -> None: ...
    def deinit(self) -> None: ...

# needs: PORT_FULL and (SOC_HAS_SPI or SOC_HAS_SPI_MMAP)
class SPI(_SPI):
    """An SPI master of the SoC, by number or name."""

    def __init__(
        self,
        id: int | str,
        baudrate: int = ...,
        *,
        polarity: int = ...,
        phase: int = ...,
        bits: int = ...,
        firstbit: int = ...,
        cs: int | None = ...,
        loopback: bool = ...,
        sck: str | None = None,
        mosi: str | None = None,
        miso: str | None = None,
    ) -> None: ...
    def init(
        self,
        baudrate: int = ...,
        *,
        polarity: int = ...,
        phase: int = ...,
        bits: int = ...,
        firstbit: int = ...,
        cs: int | None = ...,
        loopback: bool = ...,
        sck: str | None = None,
        mosi: str | None = None,
        miso: str | None = None,
    ) -> None: ...
    def __enter__(self) -> SPI: ...
    def __exit__(self, *exception: object) -> None: ...

# needs: PORT_FULL and SOC_HAS_GPIO
class SoftSPI(_SPI):
    """SPI on any pins."""

    def __init__(
        self,
        baudrate: int = 500000,
        *,
        polarity: int = 0,
        phase: int = 0,
        bits: int = 8,
        firstbit: int = ...,
        sck: Pin,
        mosi: Pin,
        miso: Pin,
    ) -> None: ...
    def init(
        self,
        baudrate: int = ...,
        polarity: int = ...,
        phase: int = ...,
        *,
        firstbit: int = ...,
        sck: Pin = ...,
        mosi: Pin = ...,
        miso: Pin = ...,
    ) -> None: ...

class _I2C:
    def scan(self) -> list[int]: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def readinto(self, buf: WriteableBuffer, nack: bool = True, /) -> None: ...
    def write(self, buf: ReadableBuffer, /) -> int: ...
    def readfrom(self, addr: int, nbytes: int, stop: bool = True, /) -> bytes: ...
    def readfrom_into(self, addr: int, buf: WriteableBuffer, stop: bool = True, /) -> None: ...
    def writeto(self, addr: int, buf: ReadableBuffer, stop: bool = True, /) -> int: ...
    def writevto(
        self,
        addr: int,
        vector: list[ReadableBuffer] | tuple[ReadableBuffer, ...],
        stop: bool = True,
        /,
    ) -> int: ...
    def readfrom_mem(
        self, addr: int, memaddr: int, nbytes: int, *, addrsize: int = 8
    ) -> bytes: ...
    def readfrom_mem_into(
        self, addr: int, memaddr: int, buf: WriteableBuffer, *, addrsize: int = 8
    ) -> None: ...
    def writeto_mem(
        self, addr: int, memaddr: int, buf: ReadableBuffer, *, addrsize: int = 8
    ) -> None: ...

# needs: PORT_FULL and (SOC_HAS_I2C or SOC_HAS_LITEI2C)
class I2C(_I2C):
    """An I2C master of the SoC, by number or name."""

    def __init__(self, id: int | str, freq: int = 400000) -> None: ...
    def init(self, freq: int = 400000) -> None: ...

# needs: PORT_FULL and SOC_HAS_GPIO
class SoftI2C(_I2C):
    """I2C on any two pins."""

    def __init__(self, scl: Pin, sda: Pin, *, freq: int = 400000, timeout: int = ...) -> None: ...
    def init(self, scl: Pin, sda: Pin, *, freq: int = 400000, timeout: int = ...) -> None: ...

# needs: SOC_HAS_PWM
class PWM:
    """A PWM output of the SoC, by number or name."""

    def __init__(
        self,
        id: int | str | Pin,
        freq: int = ...,
        duty_ns: int = ...,
        *,
        duty_u16: int = ...,
        invert: bool = False,
    ) -> None: ...
    def init(
        self, freq: int = ..., duty_ns: int = ..., *, duty_u16: int = ..., invert: bool = False
    ) -> None: ...
    def deinit(self) -> None: ...
    @overload
    def freq(self) -> int: ...
    @overload
    def freq(self, freq: int, /) -> None: ...
    @overload
    def duty_u16(self) -> int: ...
    @overload
    def duty_u16(self, duty: int, /) -> None: ...
    @overload
    def duty_ns(self) -> int: ...
    @overload
    def duty_ns(self, duty: int, /) -> None: ...

# needs: SOC_UART_COUNT > 1
class UART:
    """A UART of the SoC that is not the console, by number or name."""

    # needs: PORT_FULL
    IRQ_RX: int
    # needs: PORT_FULL
    IRQ_TX: int
    # needs: PORT_FULL
    IRQ_RXIDLE: int
    # needs: PORT_FULL
    IRQ_TXIDLE: int
    def __init__(
        self,
        id: int | str,
        baudrate: int = ...,
        bits: Literal[8] = 8,
        parity: None = None,
        stop: Literal[1] = 1,
        *,
        timeout: int = ...,
        timeout_char: int = ...,
        rxbuf: int = ...,
        txbuf: int = ...,
    ) -> None: ...
    def init(
        self,
        baudrate: int = ...,
        bits: Literal[8] = 8,
        parity: None = None,
        stop: Literal[1] = 1,
        *,
        timeout: int = ...,
        timeout_char: int = ...,
        rxbuf: int = ...,
        txbuf: int = ...,
    ) -> None: ...
    def deinit(self) -> None: ...
    def any(self) -> int: ...
    def txdone(self) -> bool: ...
    def flush(self) -> None: ...
    def read(self, nbytes: int = -1, /) -> bytes | None: ...
    def readline(self, nbytes: int = -1, /) -> bytes | None: ...
    def readinto(self, buf: WriteableBuffer, nbytes: int = ..., /) -> int | None: ...
    def write(self, buf: ReadableBuffer, /) -> int | None: ...
    # needs: PORT_FULL
    def irq(
        self,
        handler: Callable[[UART], object] | None = None,
        trigger: int = ...,
        hard: bool = False,
    ) -> _Irq: ...

# needs: SOC_HAS_ADC
class ADC:
    """A channel of the system monitor, by number or name."""

    def __init__(self, id: int | str, /) -> None: ...
    def read(self) -> int: ...
    def read_u16(self) -> int: ...
    def read_uv(self) -> int: ...
    def read_celsius(self) -> float: ...

# needs: SOC_HAS_WATCHDOG
class WDT:
    """The watchdog: once started it resets the SoC unless it is fed in time."""

    def __init__(self, id: int | str = 0, timeout: int = 5000) -> None: ...
    def feed(self) -> None: ...
