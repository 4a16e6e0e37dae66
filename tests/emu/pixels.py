# SPDX-License-Identifier: MIT
"""Pictures: a PNG file's pixels, and those that LiteX's VideoFrameBuffer shows of what lies in memory."""

import zlib

# Bits of a pixel, by the formats of VideoFrameBuffer (litex/soc/cores/video.py). What it makes of rgb888 where the
# words of its DRAM port are shorter than 32 bits is bgr888.
DEPTHS = {"rgb888": 32, "bgr888": 32, "rgb565": 16, "rgb332": 8, "mono8": 8, "mono1": 1}


def pixel(kind, value):
    """Return (red, green, blue), 8 bits each, of a pixel's bits.

    Args:
        kind (str): the format.
        value (int): the bits; a byte's first pixel is in its lowest bits.
    """
    return {
        "rgb888": (value & 0xFF, value >> 8 & 0xFF, value >> 16 & 0xFF),
        "bgr888": (value >> 16 & 0xFF, value >> 8 & 0xFF, value & 0xFF),
        "rgb565": (value >> 11 << 3, (value >> 5 & 0x3F) << 2, (value & 0x1F) << 3),
        "rgb332": (value >> 5 << 5, (value >> 2 & 7) << 5, (value & 3) << 6),
        "mono8": (value,) * 3,
        "mono1": (value << 7,) * 3,
    }[kind]


def shown(kind, memory, count):
    """Return the first pixels of a picture, bytes of RGB.

    Args:
        kind (str): its format.
        memory (bytes): the picture.
        count (int): of pixels.
    """
    depth = DEPTHS[kind]
    bits = int.from_bytes(memory, "little")
    values = (bits >> depth * i & (1 << depth) - 1 for i in range(count))
    return bytes(colour for value in values for colour in pixel(kind, value))


def read_png(data):
    """Return (width, height, bytes of RGB) of a PNG file with 8-bit RGB, not interlaced.

    Args:
        data (bytes): the file.
    """
    at, packed = 8, b""
    while at < len(data):
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + size]
        if kind == b"IHDR":
            width, height = (int.from_bytes(body[i : i + 4], "big") for i in (0, 4))
            if body[8:] != b"\x08\x02\0\0\0":
                raise ValueError(f"not a plain 8-bit RGB file: {body!r}")
        packed += body if kind == b"IDAT" else b""
        at += 12 + size
    raw, stride = zlib.decompress(packed), 3 * width
    above, pixels = bytearray(stride), bytearray()
    for row in range(height):
        start = row * (stride + 1)
        method, line = raw[start], bytearray(raw[start + 1 : start + 1 + stride])
        for i in range(stride):
            left = line[i - 3] if i >= 3 else 0
            corner = above[i - 3] if i >= 3 else 0
            up = above[i]
            near = min((left, up, corner), key=lambda c: abs(left + up - corner - c))
            line[i] = line[i] + (0, left, up, (left + up) // 2, near)[method] & 255
        pixels += line
        above = line
    return width, height, bytes(pixels)
