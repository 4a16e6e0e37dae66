# SPDX-License-Identifier: MIT
"""SHA-1 (FIPS 180-4) for the handshake of a WebSocket, where the port is built without TLS and so without hashlib.sha1."""


def _turned(word: int, by: int) -> int:
    return (word << by | word >> (32 - by)) & 0xFFFFFFFF


def sha1(message: bytes) -> bytes:
    """The digest, 20 bytes."""
    padded = message + b"\x80" + bytes(-(len(message) + 9) % 64)
    padded += (len(message) * 8).to_bytes(8, "big")
    state = [0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0]
    for at in range(0, len(padded), 64):
        words = [int.from_bytes(padded[i : i + 4], "big") for i in range(at, at + 64, 4)]
        for t in range(16, 80):
            words.append(_turned(words[t - 3] ^ words[t - 8] ^ words[t - 14] ^ words[t - 16], 1))
        a, b, c, d, e = state
        for t in range(80):
            if t < 20:
                f, k = d ^ b & (c ^ d), 0x5A827999
            elif t < 40:
                f, k = b ^ c ^ d, 0x6ED9EBA1
            elif t < 60:
                f, k = b & c | d & (b | c), 0x8F1BBCDC
            else:
                f, k = b ^ c ^ d, 0xCA62C1D6
            new = (_turned(a, 5) + f + e + k + words[t]) & 0xFFFFFFFF
            a, b, c, d, e = new, a, _turned(b, 30), c, d
        state = [(old + one) & 0xFFFFFFFF for old, one in zip(state, (a, b, c, d, e))]
    return b"".join([word.to_bytes(4, "big") for word in state])
