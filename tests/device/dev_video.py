# SPDX-License-Identifier: MIT
# litex.Video: the picture is main RAM beyond the heap, and framebuf draws into it.
import gc

import litex

if not hasattr(litex, "Video"):
    raises(AttributeError, lambda: litex.Video)
    skip("no frame buffer")
import framebuf
import machine
from litex import Video

# LiteX's BIOS switches the core on before it boots the firmware: that is not ours, whatever it shows.
base = litex.info()["memories"]["video_framebuffer"][0]
machine.mem16[base] = machine.mem16[base + 32000] = 0x5555
litex.csr_write("video_framebuffer_dma_base", base + 32000)
for name, value in (("dma_length", 64), ("dma_loop", 0), ("vtg_enable", 1), ("dma_enable", 1)):
    litex.csr_write("video_framebuffer_" + name, value)
v = Video(0)
equal((machine.mem16[base], machine.mem16[base + 32000]), (0, 0))
equal(litex.csr_read("video_framebuffer_dma_loop"), 1)
equal(str(v), "Video('video_framebuffer', 160x100, rgb565)")
equal(
    (v.width(), v.height(), v.stride_bytes(), v.bpp(), v.format()), (160, 100, 320, 16, "rgb565")
)
equal(v.stride(), 160)
check("0 (video_framebuffer)" in raises(ValueError, Video, 1))
Video("video_framebuffer")
equal(litex.csr_read("video_framebuffer_dma_enable"), 1)
equal(litex.csr_read("video_framebuffer_vtg_enable"), 1)
equal(litex.csr_read("video_framebuffer_dma_length"), 32000)

# The picture lies where LiteX says, and no object ever does.
ram, size, _ = litex.info()["memories"]["main_ram"]
check(ram <= base < ram + size)
equal(litex.csr_read("video_framebuffer_dma_base") & 0xFFFFFFFF, base)
if FAST:  # it looks at each block of 16 MiB, which takes minutes on RTL
    check(gc.mem_free() + gc.mem_alloc() < base - ram)

# Without a copy: a memoryview, framebuf and memory agree.
m = memoryview(v)
equal(len(m), 32000)
m[0] = 0x34
m[1] = 0x12
equal(machine.mem16[base], 0x1234)
fb = framebuf.FrameBuffer(v, v.width(), v.height(), framebuf.RGB565)
fb.pixel(159, 99, 0xABCD)
equal(machine.mem16[base + 31998], 0xABCD)
fb.hline(0, 50, 160, 0x0F0F)
equal(m[50 * 320 : 51 * 320], b"\x0f" * 320)
v.flush()

# A whole picture.
picture = bytearray(32000)
picture[5] = 77
v.blitbuf(picture)
check(m == picture)
equal(m[5], 77)
# By the CPU, where it is not a whole number of bus words.
odd = memoryview(bytearray(32004))[2:32002]
odd[31999] = 9
v.blitbuf(odd)
check(m == odd)
for n in (0, 31999, 32001):
    check("32000" in raises(ValueError, v.blitbuf, bytearray(n)))
raises(TypeError, v.blitbuf, 1)

# A transfer whose end the script has not asked for yet stays its own.
if hasattr(litex, "DMA"):
    dma = litex.DMA(0)
    reader, writer = litex.DMAReader(0), litex.DMAWriter(0)
    target = bytearray(8)
    dma.start(target, b"transfer")
    while litex.csr_read("dma_writer_done") == 0:
        pass
    v.blitbuf(odd)
    v.blitbuf(picture)
    check(m == picture)
    equal((dma.done(), target), (True, b"transfer"))
    # Of each of the two by itself, too.
    writer.stop()
    reader.membuf(picture)
    reader.start()
    while litex.csr_read("dma_reader_done") == 0:
        pass
    v.blitbuf(picture)
    equal((reader.done(), reader.offset()), (True, 32000))
    writer.membuf(target)
    writer.start()
    reader.membuf(b"complete")
    reader.start()
    while litex.csr_read("dma_writer_done") == 0:
        pass
    check(reader.done())
    v.blitbuf(picture)
    equal((writer.done(), target), (True, b"complete"))
    # It has an end by now: the two are free, and left stopped.
    v.blitbuf(picture)
    equal(litex.csr_read("dma_writer_enable"), 0)

# Two pages.
equal(v.pages(), 2)
second = v.page(1)
equal(len(second), 32000)
second[0] = 5
check(m[0] != 5)
v.blitbuf(picture, 1)
check(second == picture)
v.show(1)
equal(litex.csr_read("video_framebuffer_dma_base") & 0xFFFFFFFF, base + 32000)
v.show(0)
equal(litex.csr_read("video_framebuffer_dma_base") & 0xFFFFFFFF, base)
for n in (-1, 2, 1 << 40):
    raises((ValueError, OverflowError), v.page, n)
    raises((ValueError, OverflowError), v.show, n)
    raises((ValueError, OverflowError), v.blitbuf, picture, n)
v.off()
equal(litex.csr_read("video_framebuffer_dma_enable"), 0)
m[7] = 1
# What was drawn while it was off is there.
v.show(0)
equal(m[7], 1)
v.off()
Video(0)
equal(m[7], 0)
v.off()
