# SPDX-License-Identifier: MIT
"""SITE: what FTP has no verb for. `site help` lists it; a method of _Site each.

A script that is run holds all services until it ends: scripts that stay belong to the prompt over the network.
"""

from asyncio import sleep_ms

from services import targets

CARD_FOLDER = "/sd"
_HELP = (
    "site FILE.bit                 load it into the FPGA; FILE: a path or http://host/path",
    "site flash FILE ADDR          write it to the FPGA's flash",
    "site passthru                 load passthruIDCODE.bit.gz",
    "site mount, site umount       the card at /sd",
    "site run SCRIPT.py            needs the right `run`",
    'site exec "STATEMENTS"        likewise',
)


async def obey(session, argument: str) -> None:
    from ftpd.session import Reply

    word, _, rest = argument.strip().partition(" ")
    if not word:
        raise Reply("501 site help lists what there is")
    method = getattr(_Site, "do_" + word.lower(), None)
    if method is None:
        method, rest = _Site.load, argument.strip()
    await method(session, rest.strip())


def _need(session, right: str) -> None:
    from ftpd.session import Reply

    if right not in session.rights:
        raise Reply("550 Your login lacks the right `{}`".format(right))


def _is_url(name: str) -> bool:
    return name.lstrip("/").lower().startswith(("http:/", "https:/"))


def _source(session, name: str):
    """(source, its path in the file system or None)"""
    if _is_url(name):
        _need(session, "site")
        from ecp5 import open_source

        return open_source(name), None
    path = session.path(name)
    return targets.FileSource(path), path


async def _push(session, name: str, open_sink) -> str:
    """Push a file or a web address into a sink, part by part."""
    source, path = _source(session, name)
    sink = None
    try:
        sink = open_sink()
        buffer = targets.buffer_of(session.buffer_bytes)
        while True:
            n = source.readinto(buffer)
            if not n:
                break
            sink.write(buffer[:n])
            await sleep_ms(0)
        source.close()
        # A design that starts may drive the pins of the card.
        on_card = path is not None and path.startswith(CARD_FOLDER + "/") and _umount()
        ending, sink = sink, None
        try:
            return ending.finish()
        finally:
            if on_card:
                try:
                    _mount()
                except (OSError, targets.Refused):
                    pass  # the design has it now
    finally:
        if sink:
            sink.abort()
        source.close()


def _mount() -> None:
    import vfs

    vfs.mount(targets.card(), CARD_FOLDER)


def _umount() -> bool:
    """False where it was not mounted. The card's object goes, so that the next one begins with the card anew."""
    import vfs

    try:
        vfs.umount(CARD_FOLDER)
    except OSError:
        return False
    return True


class _Output:
    """What a script prints, as lines of a reply."""

    def __init__(self, connection) -> None:
        self.sock = connection.sock
        self.rest = b""

    def print(self, *values, sep=" ", end="\n", file=None) -> None:
        text = self.rest + (sep.join([str(value) for value in values]) + end).encode()
        *lines, self.rest = text.split(b"\n")
        for line in lines:
            self._line(line)

    def _line(self, line: bytes) -> None:
        # At once, and all of it: the loop is not running meanwhile.
        self.sock.setblocking(True)
        try:
            self.sock.write(b"250-" + line + b"\r\n")
        finally:
            self.sock.setblocking(False)

    def end(self) -> None:
        if self.rest:
            self._line(self.rest)


class _Site:
    async def load(session, name: str) -> None:
        _need(session, "fpga")
        await session.reply("250 Done: " + await _push(session, name, targets.FpgaSink))

    async def do_flash(session, argument: str) -> None:
        _need(session, "flash")
        name, _, addr = argument.rpartition(" ")
        try:
            addr = int(addr, 0)
        except ValueError:
            name, addr = argument, 0
        text = await _push(session, name.strip(), lambda: targets.FlashSink(addr))
        await session.reply("250 Done: " + text)

    async def do_passthru(session, argument: str) -> None:
        _need(session, "fpga")
        name = "/passthru{:08X}.bit.gz".format(targets.programmer().idcode())
        await session.reply("250 Done: " + await _push(session, name, targets.FpgaSink))

    async def do_mount(session, argument: str) -> None:
        _need(session, "card")
        _mount()
        await session.reply("250 The card is at " + CARD_FOLDER)

    async def do_umount(session, argument: str) -> None:
        _need(session, "card")
        done = _umount()
        await session.reply(
            "250 The card may be taken" if done else "250 There was no card at " + CARD_FOLDER
        )

    async def do_run(session, name: str) -> None:
        _need(session, "run")
        with open(session.path(name)) as file:
            await _execute(session, file.read(), name)

    async def do_exec(session, text: str) -> None:
        _need(session, "run")
        if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
            text = text[1:-1]
        await _execute(session, text, "exec")

    async def do_help(session, argument: str) -> None:
        await session.lines(214, ("SITE:",) + _HELP, "End")


async def _execute(session, text: str, name: str) -> None:
    output = _Output(session.connection)
    failed = None
    try:
        exec(text, {"__name__": "__main__", "print": output.print})
    except (Exception, SystemExit) as error:
        failed = error
    output.end()
    if failed is None or isinstance(failed, SystemExit):
        await session.reply("250 Done")
    else:
        await session.reply(
            "550 {}: {}".format(type(failed).__name__, targets.text_of(failed).replace("\r", " "))
        )
