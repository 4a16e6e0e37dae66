# SPDX-License-Identifier: MIT
"""Sources that are text: Intel HEX (.mcs, .hex) and SVF (.svf) with a bitstream in them.

text_source() tells them from binary data by their beginning and wraps a source in one of the classes here, which read
like other sources: readinto(), length 0.
"""

from binascii import unhexlify

_READ = 256  # bytes of text at a time
_LINE_MAX = 600
_BURST = "7A"  # LSC_BITSTREAM_BURST: what is shifted after it is the bitstream


def text_source(source, head):
    """The source that decodes this one, or None when it is not text of a known kind. `head` was read from it already."""
    text = bytes(head)
    if text[:1] == b":" and len(text) > 10 and all(_is_hex(byte) for byte in text[1:9]):
        return Mcs(source, head)
    if _is_text(text) and any(word in text.upper() for word in (b"SIR", b"ENDDR", b"ENDIR")):
        return Svf(source, head)
    return None


def _is_hex(byte: int) -> bool:
    return 48 <= byte < 58 or 65 <= byte & 0xDF < 71


def _is_text(data: bytes) -> bool:
    return all(32 <= byte < 127 or byte in (9, 10, 13) for byte in data)


def _reversed(byte: int) -> int:
    """Its bits the other way round."""
    result = 0
    for bit in range(8):
        result = result << 1 | byte >> bit & 1
    return result


class _Text:
    """The text of a source, after its beginning."""

    view = None
    length = 0

    def __init__(self, source, head) -> None:
        self.source = source
        self.rewinds = source.rewinds
        self.head = head
        self.start()

    def start(self) -> None:
        self.text = bytes(self.head)
        self.at = 0  # in self.text
        self.read = len(self.head)
        self.line = 0

    def rewind(self) -> None:
        self.source.rewind()
        left = len(self.head) if self.source.view is None else 0
        while left:
            left -= self.source.readinto(memoryview(bytearray(left)))
        self.start()

    def close(self) -> None:
        self.source.close()

    def _more(self) -> bool:
        """Read further text; False at the end."""
        view = self.source.view
        if view is not None:
            part = bytes(view[self.read : self.read + _READ])
        else:
            buffer = memoryview(bytearray(_READ))
            part = bytes(buffer[: self.source.readinto(buffer)])
        self.read += len(part)
        self.text = self.text[self.at :] + part
        self.at = 0
        return len(part) > 0

    def _next_line(self):
        """The next line without its end, None at the end of the text."""
        while True:
            end = self.text.find(b"\n", self.at)
            if end >= 0 or not self._more():
                break
            if len(self.text) > _LINE_MAX + _READ:
                self._fail("a line is too long")
        self.line += 1
        if end < 0:
            end = len(self.text)
            if self.at == end:
                return None
        line = self.text[self.at : end].strip()
        self.at = min(end + 1, len(self.text))
        return line

    def _fail(self, what: str) -> None:
        raise OSError("line {} of the file: {}".format(self.line, what))


class Mcs(_Text):
    """Intel HEX. `address` is that of its first byte; what lies between its records reads as 0xFF."""

    def start(self) -> None:
        super().start()
        self.upper = 0
        self.place = -1  # the address of the next byte, -1: none yet
        self.gap = 0
        self.data = b""
        self.ended = False
        while not self.data and self._record():
            pass
        self.address = max(self.place, 0) - len(self.data)

    def _record(self) -> bool:
        """Take the next record; False after the last one."""
        if self.ended:
            return False
        line = self._next_line()
        if line is None:
            self._fail("the end record is missing; copy the file again")
        if not line:
            return True
        try:
            record = unhexlify(line[1:])
        except ValueError:
            record = b""
        if line[:1] != b":" or len(record) < 5 or len(record) != record[0] + 5:
            self._fail("not a record of Intel HEX")
        if sum(record) & 255:
            self._fail("its checksum is wrong; copy the file again")
        kind = record[3]
        data = record[4:-1]
        if kind == 0:
            self._take((self.upper + (record[1] << 8 | record[2])), data)
        elif kind == 1:
            self.ended = True
        elif kind == 2:
            self.upper = (data[0] << 8 | data[1]) << 4
        elif kind == 4:
            self.upper = (data[0] << 8 | data[1]) << 16
        return True

    def _take(self, address: int, data: bytes) -> None:
        if self.place < 0:
            self.place = address
        if address < self.place:
            self._fail(
                "its address 0x{:X} is before the end of the record before it".format(address)
            )
        self.gap = address - self.place
        self.data = data
        self.place = address + len(data)

    def readinto(self, buffer) -> int:
        while not self.gap and not self.data:
            if not self._record():
                return 0
        if self.gap:
            count = min(self.gap, len(buffer))
            buffer[:count] = b"\xff" * count
            self.gap -= count
            return count
        count = min(len(self.data), len(buffer))
        buffer[:count] = self.data[:count]
        self.data = self.data[count:]
        return count


class Svf(_Text):
    """The bitstream that an SVF shifts into LSC_BITSTREAM_BURST, as ecppack and Diamond (fast program) write it."""

    def start(self) -> None:
        super().start()
        self.data = memoryview(b"")
        self.burst = False  # the last instruction was LSC_BITSTREAM_BURST
        self.seen = False
        self.reversed = bytes(_reversed(byte) for byte in range(256))

    def _word(self, stops: bytes = b"();") -> str:
        """The next word, or one of these characters; "" at the end. Comments are skipped."""
        word = b""
        while True:
            if len(self.text) - self.at < 2 and not self._more() and self.at == len(self.text):
                return str(word, "ascii").upper()
            char = self.text[self.at : self.at + 1]
            if char in b" \t\r\n" or char in stops:
                if word:
                    return str(word, "ascii").upper()
                self.at += 1
                if char in stops:
                    return str(char, "ascii")
                continue
            if not word and (char == b"!" or self.text[self.at : self.at + 2] == b"//"):
                self._skip_line()
                continue
            word += char
            self.at += 1
            if len(word) > _LINE_MAX:
                self._fail("a word is too long")

    def _skip_line(self) -> None:
        while True:
            end = self.text.find(b"\n", self.at)
            if end >= 0:
                self.at = end + 1
                return
            self.at = len(self.text)
            if not self._more():
                return

    def _fail(self, what: str) -> None:
        raise OSError("the SVF file: " + what)

    def _value(self) -> bytes:
        """Text of a value up to its closing parenthesis, in parts; the last one ends with it."""
        if self.at == len(self.text) and not self._more():
            self._fail("it ends too early; copy it again")
        end = self.text.find(b")", self.at)
        part = self.text[self.at : end + 1] if end >= 0 else self.text[self.at :]
        self.at += len(part)
        return part

    def _bytes(self, bits: int) -> bytearray:
        """The bytes of a value in the order in which they are shifted, first bit highest."""
        if bits % 8:
            self._fail("{} bits of a bitstream are not whole bytes".format(bits))
        data = bytearray(bits // 8)
        at = len(data)  # the text begins with what is shifted last
        digits = b""
        while digits[-1:] != b")":
            digits += self._value()
            for space in (b" ", b"\t", b"\r", b"\n"):
                digits = digits.replace(space, b"")
            whole = len(digits.rstrip(b")")) & ~1
            try:
                part = unhexlify(digits[:whole])
            except ValueError:
                self._fail("not a hexadecimal number")
            digits = digits[whole:]
            if len(part) > at:
                self._fail("a value has more digits than bits")
            for byte in part:
                at -= 1
                data[at] = self.reversed[byte]
        if at or len(digits) != 1:
            self._fail("a value has another number of digits than of bits")
        return data

    def _statement(self) -> bool:
        """Read one statement; False at the end."""
        command = self._word()
        if not command:
            return False
        bits = 0
        if command in ("SIR", "SDR"):
            bits = int(self._word())
        while command != ";":
            word = self._word()
            if not word:
                self._fail("it ends too early; copy it again")
            if word == ";":
                break
            if word == "TDI" and command in ("SIR", "SDR"):
                self._word()  # the parenthesis
                if command == "SDR" and self.burst:
                    self.data = memoryview(self._bytes(bits))
                    self.seen = True
                elif command == "SIR":
                    self.burst = self._word() == _BURST
                else:
                    word = "("
            if word == "(":
                while not self._value().endswith(b")"):
                    pass
        return True

    def readinto(self, buffer) -> int:
        while not len(self.data):
            if not self._statement():
                if not self.seen:
                    self._fail("it shifts no bitstream into LSC_BITSTREAM_BURST")
                return 0
        count = min(len(self.data), len(buffer))
        buffer[:count] = self.data[:count]
        self.data = self.data[count:]
        return count
