"""The SoC that this firmware runs on: its registers, memories and constants by name, and its cores."""

from collections.abc import Callable
from typing import Any, Literal, overload

def info() -> dict[str, Any]:
    """All that is known of the SoC and of this firmware."""

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

    def __init__(self, name: str, *, period: int = 1000) -> None: ...
    @overload
    def callback(self) -> Callable[[EventManager], object] | None: ...
    @overload
    def callback(self, callback: Callable[[EventManager], object] | None, /) -> None: ...
    def enable(self, mask: int | None = None) -> None: ...
    def disable(self, mask: int | None = None, /) -> None: ...
    def pending(self) -> int: ...
    def clear(self, mask: int | None = None, /) -> None: ...
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
