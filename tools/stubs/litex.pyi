"""The SoC that this firmware runs on: its registers, memories and constants by name, and its cores."""

from collections.abc import Callable
from typing import Any, Literal, overload

from _typeshed import ReadableBuffer, WriteableBuffer

def info() -> dict[str, Any]:
    """All that is known of the SoC and of this firmware; prints as a summary."""

# needs: PORT_FULL
sys_clk_freq: int

# needs: PORT_FULL
def entropy() -> tuple[int, int, str]:
    """Bits of entropy that were collected, bits that os.urandom needs, and where they come from."""

# needs: PORT_FULL
def entropy_seed(seed: ReadableBuffer, save: Callable[[bytes], Any], /) -> None:
    """Take a kept seed; save() stores the one for the next run."""

# needs: PORT_FULL
def entropy_restart() -> None:
    """Test the TRNG anew after a failed health test."""

# needs: PORT_FULL
def git_sha1() -> str:
    """LiteX's revision, "" where its output does not tell."""

# needs: PORT_FULL
def bus_standard() -> str:
    """The standard of the SoC's bus, such as "wishbone"."""

# needs: PORT_FULL
def read32(address: int, /) -> int:
    """A word of the bus."""

# needs: PORT_FULL
def write32(address: int, value: int, /) -> None:
    """Write a word of the bus."""

# needs: PORT_FULL
def CSR_BASE() -> int:
    """The address of the first register."""

# needs: PORT_FULL
def MAIN_RAM_BASE() -> int:
    """The address of main RAM."""

# needs: PORT_FULL
def MAIN_RAM_SIZE() -> int:
    """The bytes of main RAM."""

# needs: PORT_FULL
def ROM_BASE() -> int:
    """The address of the ROM, 0 without one."""

# needs: PORT_FULL
def ROM_SIZE() -> int:
    """The bytes of the ROM, 0 without one."""

def csrs(prefix: str = "", /) -> list[tuple[str, int, int, str]]:
    """The registers whose names begin so, as (name, address, bits, "ro" or "rw")."""

def csr_read(name: str, /) -> int:
    """The value of a register."""

def csr_write(name: str, value: int, /) -> None:
    """Write a register."""

class VfsRam:
    """The RAM disk at /."""

    def __init__(self) -> None: ...
    def mount(self, readonly: bool, mkfs: bool, /) -> None: ...
    def umount(self) -> None: ...
    def open(self, path: str, mode: str = "r", /) -> Any: ...
    def ilistdir(self, path: str = ..., /) -> Any: ...
    def mkdir(self, path: str, /) -> None: ...
    def rmdir(self, path: str, /) -> None: ...
    def chdir(self, path: str, /) -> None: ...
    def getcwd(self) -> str: ...
    def remove(self, path: str, /) -> None: ...
    def rename(self, old: str, new: str, /) -> None: ...
    def stat(self, path: str, /) -> tuple[int, ...]: ...
    def statvfs(self, path: str, /) -> tuple[int, ...]: ...

# needs: PORT_FULL
class CSR:
    """A register."""

    name: str
    addr: int
    bits: int
    size: int
    length: int
    data_width: int
    mode: Literal["ro", "rw"]
    def read(self) -> int: ...
    def write(self, value: int, /) -> None: ...
    @overload
    def __call__(self) -> int: ...
    @overload
    def __call__(self, value: int, /) -> None: ...

# needs: PORT_FULL
class Memory:
    """A region of the bus."""

    base: int
    size: int
    type: str

# needs: PORT_FULL
class _Registers:
    # registers
    d: dict[str, CSR]

# needs: PORT_FULL
class _Memories:
    # memories
    d: dict[str, Memory]

# needs: PORT_FULL
class _Constants:
    # constants
    d: dict[str, int | str]

# needs: PORT_FULL
class _Bases:
    # bases
    d: dict[str, int]

# needs: PORT_FULL
regs: _Registers
# needs: PORT_FULL
mems: _Memories
# needs: PORT_FULL
constants: _Constants

# needs: PORT_FULL
class RemoteClient:
    """LiteX's class for scripts on a host, on the board."""

    host: str
    port: int
    base_address: int
    debug: bool
    binded: bool
    csr_data_width: int
    csr_bus_address_width: int
    regs: _Registers
    mems: _Memories
    constants: _Constants
    bases: _Bases
    def __init__(
        self,
        host: str = "localhost",
        port: int = 1234,
        base_address: int = 0,
        csr_csv: str | None = None,
        csr_data_width: int | None = None,
        csr_bus_address_width: int | None = None,
        debug: bool = False,
    ) -> None: ...
    def open(self) -> None: ...
    def close(self) -> None: ...
    @overload
    def read(self, addr: int, length: None = None, burst: str = "incr") -> int: ...
    @overload
    def read(self, addr: int, length: int, burst: str = "incr") -> list[int]: ...
    def write(self, addr: int, datas: int | list[int], /) -> None: ...

# needs: PORT_FULL and SOC_HAS_EVENT
class EventManager:
    """The events of a core with event registers."""

    def __init__(self, name: str, *, period: int | None = None) -> None: ...
    @overload
    def callback(self) -> Callable[[EventManager], object] | None: ...
    @overload
    def callback(self, callback: Callable[[EventManager], object] | None, /) -> None: ...
    def irq(self, handler: Callable[[EventManager], object] | None, /) -> EventManager: ...
    def enable(self, mask: int | None = None) -> None: ...
    def disable(self, mask: int | None = None) -> None: ...
    def pending(self) -> int: ...
    def clear(self, mask: int | None = None) -> None: ...
    def status(self) -> int: ...
    def flags(self) -> int: ...
    def count(self) -> int: ...
    def coalesced(self) -> int: ...

# needs: SOC_HAS_LEDS
class LED:
    """An LED, counted through all LED cores."""

    def __init__(self, number: int, /) -> None: ...
    def on(self) -> None: ...
    def off(self) -> None: ...
    def toggle(self) -> None: ...
    @overload
    def __call__(self) -> int: ...
    @overload
    def __call__(self, value: Any, /) -> None: ...
    @overload
    def value(self) -> int: ...
    @overload
    def value(self, value: Any, /) -> None: ...

# needs: SOC_HAS_WS2812
class WS2812:
    """The LEDs of a WS2812 core, a list of (red, green, blue); takes the place of a pin in NeoPixel()."""

    OUT: int
    def __init__(self, id: int | str = 0, /) -> None: ...
    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> tuple[int, int, int]: ...
    def __setitem__(self, index: int, colour: tuple[int, int, int], /) -> None: ...
    def fill(self, colour: tuple[int, int, int], /) -> None: ...
    def init(self, mode: int = ..., /) -> None: ...

class _DMA:
    def stop(self) -> None: ...
    def offset(self) -> int: ...
    def done(self) -> bool: ...
    def start(self, loop: bool = False) -> None: ...
    def flush(self) -> None: ...
    def invalidate(self) -> None: ...

# needs: SOC_HAS_DMA_READER
class DMAReader(_DMA):
    """A core that reads memory into a stream."""

    def __init__(self, id: int | str, /) -> None: ...
    @overload
    def membuf(self) -> Any: ...
    @overload
    def membuf(self, buf: ReadableBuffer | None, /) -> None: ...

# needs: SOC_HAS_DMA_WRITER
class DMAWriter(_DMA):
    """A core that writes a stream into memory."""

    def __init__(self, id: int | str, /) -> None: ...
    @overload
    def membuf(self) -> Any: ...
    @overload
    def membuf(self, buf: WriteableBuffer | None, /) -> None: ...

# needs: SOC_HAS_DMA_LOOPBACK
class DMA:
    """Copies of memory, where the gateware joins a reader to a writer."""

    def __init__(self, id: int | str, /) -> None: ...
    def copy(self, to: WriteableBuffer, source: ReadableBuffer, /) -> None: ...
    def start(self, to: WriteableBuffer, source: ReadableBuffer, /) -> None: ...
    def done(self) -> bool: ...
    def stop(self) -> None: ...

# needs: SOC_HAS_VIDEO
class Video:
    """A frame buffer: the object itself is page 0 as a buffer."""

    def __init__(self, id: int | str, /) -> None: ...
    def __buffer__(self, flags: int, /) -> memoryview: ...
    def width(self) -> int: ...
    def height(self) -> int: ...
    def stride(self) -> int: ...
    def stride_bytes(self) -> int: ...
    def bpp(self) -> int: ...
    def format(self) -> str: ...
    def pages(self) -> int: ...
    def page(self, page: int, /) -> memoryview: ...
    def show(self, page: int, /) -> None: ...
    def blitbuf(self, buf: ReadableBuffer, page: int = 0, /) -> None: ...
    def flush(self) -> None: ...
    def off(self) -> None: ...
