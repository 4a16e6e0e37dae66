# SPDX-License-Identifier: MIT
# litex.DMAReader, DMAWriter and DMA: on `full` the words of dma_reader go to dma_writer.
import gc

import litex

if not hasattr(litex, "DMA"):
    raises(AttributeError, lambda: litex.DMA)
    skip("no DMA")
from litex import DMA, DMAReader, DMAWriter

r = DMAReader(0)
w = DMAWriter("dma_writer")
d = DMA(0)
check(DMAReader("dma_reader") is r)
equal(str(r), "DMAReader('dma_reader')")
equal(str(w), "DMAWriter('dma_writer')")
equal(str(d), "DMA('dma_reader', 'dma_writer')")
check("0 (dma_reader)" in raises(ValueError, DMAReader, 1))
check("0 (dma_writer)" in raises(ValueError, DMAWriter, "dma_reader"))
raises(ValueError, DMA, -1)
raises(TypeError, DMA, None)

# Copies of any number of words, and nothing before or behind.
SIZE = 1024
source = bytearray(i * 7 + (i >> 8) & 255 for i in range(SIZE))
target = bytearray(SIZE + 32)
before = b"\xa5" * len(target)
m = memoryview(target)
for n in (4, 60, 64, 68, SIZE):
    m[:] = before
    d.copy(m[16:], memoryview(source)[:n])
    check(target[16 : 16 + n] == source[:n], n)
    equal(target[:16], before[:16])
    check(target[16 + n :] == before[16 + n :], n)
# What the CPU had in its cache is what the DMA wrote.
for i in range(5):
    source[0] = source[SIZE - 1] = i
    d.copy(target, source)
    equal((target[0], target[SIZE - 1]), (i, i))
    check(d.done())
# From memory that is not in the heap: a constant, a string's bytes.
d.copy(target, b"what was written into the program...")
check(target.startswith(b"what was written into the program..."))

# Whole words only, and never beyond the buffer.
text = raises(ValueError, d.copy, target, memoryview(source)[1:9])
check("multiples of 4" in text and "dma_reader" in text, text)
raises(ValueError, d.copy, memoryview(target)[2:], source)
raises(ValueError, d.copy, target, b"")
raises(ValueError, d.copy, target, b"12345")
check("do not fit" in raises(ValueError, d.copy, bytearray(8), bytes(12)))
raises(TypeError, d.copy, b"constant", source)
raises(TypeError, d.copy, target, 5)
raises(ValueError, r.start)
raises(ValueError, r.membuf, bytearray(6))
raises(TypeError, w.membuf, b"abcd")
w.membuf(None)
check("membuf" in raises(ValueError, w.start))

# The two by hand: the writer first.
r.membuf(source)
w.membuf(target)
check(r.membuf() is source)
w.membuf(memoryview(target)[:SIZE])
w.start()
equal((w.offset(), w.done()), (0, False))
check("running" in raises(ValueError, w.start))
check("running" in raises(ValueError, w.membuf, target))
r.start()
for i in range(10000):
    if w.done():
        break
check(w.done() and r.done())
equal((r.offset(), w.offset()), (SIZE, SIZE))
check(target[:SIZE] == source)
# A writer that is done takes nothing: the reader fills its FIFO of 16 words and waits.
r.start()
equal((r.offset(), r.done()), (64, False))
check("running" in raises(ValueError, d.copy, target, source))
r.stop()
equal((r.offset(), r.done()), (0, False))

# In loops; the reader's must not be alone.
w.stop()
check("for ever" in raises(ValueError, r.start, True))
m[:] = bytes(len(target))
w.membuf(memoryview(target)[:40])
r.membuf(memoryview(source)[:40])
w.start(loop=True)
r.start(loop=True)
for i in range(10):
    check(w.offset() < 40 and r.offset() < 40)
    check(not w.done())
check("running" in raises(ValueError, w.start))
w.stop()
equal(r.offset(), 0)
w.invalidate()
check(target[:40] == source[:40])
check(target[40:] == bytes(len(target) - 40))
source[40] = source[41] + 1
r.flush()

# A buffer that nobody else knows stays while a DMA works on it.
w.membuf(bytearray(64))
r.membuf(bytes(range(64)))
w.start()
for i in range(3):
    gc.collect()
    junk = [bytearray(64) for _ in range(50)]
r.start()
while not w.done():
    pass
equal(w.membuf(), bytes(range(64)))
check(all(x == bytes(64) for x in junk))
# A transfer that goes on: the next script begins without it.
w.start(loop=True)
