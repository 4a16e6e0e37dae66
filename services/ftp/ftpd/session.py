# SPDX-License-Identifier: MIT
"""One FTP client: RFC 959, 2228 (AUTH TLS is in tls.py), 2389 (FEAT), 2428 (EPSV, EPRT), 2640 (UTF8), 3659 (MLST).

Each verb is a method of its name. A transfer is a task of its own, so that the control connection lives meanwhile:
ABOR, STAT, NOOP and QUIT are obeyed at once, other verbs wait for its end.
"""

import os
from asyncio import CancelledError, create_task, sleep_ms
from time import ticks_ms

from services.journal import log

from ftpd import data
from ftpd.transfer import Listing, Receiving, Sending
from services import auth, files, net, targets

LINE_MAX = 512
LOGINS_MAX = 3  # wrong ones, then the connection is closed
BUFFER_BYTES = 8192  # of a transfer, less where memory is short

_FREE = (
    "USER",
    "PASS",
    "QUIT",
    "NOOP",
    "FEAT",
    "SYST",
    "OPTS",
    "AUTH",
    "HELP",
)  # before the login
_AT_ONCE = ("ABOR", "STAT", "NOOP", "QUIT")  # during a transfer
_FEATURES = (
    "EPRT",
    "EPSV",
    "MDTM",
    "MLST type*;size*;modify*;perm*;",
    "REST STREAM",
    "SIZE",
    "TVFS",
    "UTF8",
)


class Reply(Exception):
    """Ends a verb with this reply."""


class Session:
    """connection: what has readline(), write() and peer. config: root, anonymous, site (see ftpd.start())."""

    def __init__(self, connection, config: dict) -> None:
        self.connection = connection
        self.config = config
        self.user = None
        self.rights = ()  # of {"write", "fpga", "flash", "card", "site", "run"}
        self.root = "/"
        self.cwd = "/"
        self.rest = 0
        self.renaming = None
        self.wrong = 0
        self.done = False
        self.data = data.DataPort(connection.peer[0], config.get("passive", data.PORTS))
        self.transfer = None
        self.moved = 0  # bytes of the transfer
        self.buffer_bytes = config.get("buffer", BUFFER_BYTES)

    # The control connection.

    async def reply(self, text: str) -> None:
        await self.connection.write((text + "\r\n").encode())

    async def lines(self, code: int, lines, last: str) -> None:
        """A reply of many lines."""
        await self.reply("{}-{}".format(code, lines[0]))
        for line in lines[1:]:
            await self.reply(" " + line)
        await self.reply("{} {}".format(code, last))

    async def run(self) -> None:
        await self.reply("220 {}".format(self.config.get("greeting", "MicroPython FTP")))
        try:
            while not self.done:
                try:
                    line = await self.connection.readline(LINE_MAX)
                except net.LineTooLong:
                    await self.reply("500 The line is longer than {} bytes".format(LINE_MAX))
                    continue
                if line is None:
                    break
                await self.obey(line)
        finally:
            await self.abandon()
            self.data.close()

    async def obey(self, line: bytes) -> None:
        """One command."""
        verb, argument = _parse(line)
        method = getattr(self, verb, None) if verb.isalpha() and verb.isupper() else None
        if method is None or argument is None:
            await self.reply(
                "500 Not a command"
                if argument is None
                else "502 {} is not known here".format(verb[:8])
            )
            return
        if self.user is None and verb not in _FREE:
            await self.reply("530 Log in with USER and PASS first")
            return
        if self.transfer and (verb not in _AT_ONCE or self.transfer.done()):
            await self.transfer
            self.transfer = None
        try:
            await method(argument)
        except (Reply, data.DataError) as error:
            await self.reply(error.args[0])
        except Exception as error:  # the programmer's and a file system's are not known here
            await self.reply("550 {}".format(targets.text_of(error)))
        if verb not in ("REST", "TYPE", "PASV", "EPSV", "PORT", "EPRT", "NOOP"):
            self.rest = 0
        if verb != "RNFR":
            self.renaming = None

    # Paths.

    def path(self, argument: str) -> str:
        return files.real(self.root, files.absolute(self.cwd, argument))

    def writable(self, argument: str) -> str:
        """The path of something that this user may change."""
        if "write" not in self.rights:
            raise Reply("550 Your login may not change files")
        if not argument:
            raise Reply("501 A name is missing")
        path = self.path(argument)
        if path == self.path("/"):
            raise Reply("550 Not the root itself")
        return path

    # Login.

    async def USER(self, argument: str) -> None:
        self.user = None
        self.name = argument
        await self.reply("331 And the password?")

    async def PASS(self, argument: str) -> None:
        name = getattr(self, "name", None)
        if name is None:
            raise Reply("503 USER comes first")
        anonymous = self.config.get("anonymous")
        if name in ("anonymous", "ftp") and anonymous is not None:
            self.root = anonymous.get("root", "/pub").rstrip("/") or "/"
            self.rights = tuple(anonymous.get("rights", ("write", "fpga")))
            if self.root != "/" and not files.is_folder(self.root):
                os.mkdir(self.root)
        elif auth.check(name, argument):
            self.root = self.config.get("root", "/").rstrip("/") or "/"
            self.rights = tuple(
                self.config.get("rights", ("write", "fpga", "flash", "card", "site"))
            )
            auth.succeeded(self.connection.peer[0])
        else:
            self.wrong += 1
            log("ftp", self.connection.peer[0], "wrong password")
            await sleep_ms(auth.failed(self.connection.peer[0]))
            self.done = self.wrong >= LOGINS_MAX
            raise Reply("530 Wrong user or password")
        self.user = name
        self.connection.known = True
        self.cwd = "/"
        await self.reply("230 Welcome")

    async def QUIT(self, argument: str) -> None:
        if self.transfer:
            await self.transfer
        self.done = True
        await self.reply("221 Bye")

    # What clients want to know.

    async def NOOP(self, argument: str) -> None:
        await self.reply("200 OK")

    async def SYST(self, argument: str) -> None:
        await self.reply("215 UNIX Type: L8")

    async def FEAT(self, argument: str) -> None:
        await self.lines(211, ("Features:",) + _FEATURES, "End")

    async def OPTS(self, argument: str) -> None:
        known = argument.upper().startswith(("UTF8", "UTF-8", "MLST"))
        await self.reply("200 OK" if known else "501 Not known")

    async def HELP(self, argument: str) -> None:
        verbs = [name for name in dir(self) if name.isupper() and name.isalpha()]
        await self.lines(214, ("Commands:", " ".join(verbs)), "site help lists those of SITE")

    async def TYPE(self, argument: str) -> None:
        kind = argument[:1].upper()
        await self.reply("200 Bytes go as they are" if kind in ("A", "I", "L") else "504 A or I")

    async def MODE(self, argument: str) -> None:
        await self.reply("200 OK" if argument.upper() == "S" else "504 Stream mode only")

    async def STRU(self, argument: str) -> None:
        await self.reply("200 OK" if argument.upper() == "F" else "504 Files only")

    async def ALLO(self, argument: str) -> None:
        await self.reply("202 Not needed")

    async def STAT(self, argument: str) -> None:
        if not argument:
            text = "{} bytes moved".format(self.moved) if self.transfer else "idle"
            await self.lines(211, ("{} at {}".format(self.user, self.cwd), text), "End")
            return
        lines = [files.list_line(name, info).rstrip() for name, info in self.listed(argument)]
        await self.lines(213, ["Status:"] + lines, "End")

    async def SIZE(self, argument: str) -> None:
        info = files.stat(self.path(argument))
        if info[0] & files.FOLDER:
            raise OSError(21)
        await self.reply("213 {}".format(info[6]))

    async def MDTM(self, argument: str) -> None:
        await self.reply("213 " + files.stamp(files.stat(self.path(argument))))

    async def MFMT(self, argument: str) -> None:
        raise Reply("550 These file systems set times by themselves")

    async def MLST(self, argument: str) -> None:
        info = files.stat(self.path(argument))
        name = files.absolute(self.cwd, argument)
        await self.lines(250, ("Listing", files.facts(name, info)), "End")

    # Folders.

    async def PWD(self, argument: str) -> None:
        await self.reply('257 "{}"'.format(self.cwd.replace('"', '""')))

    async def CWD(self, argument: str) -> None:
        target = files.absolute(self.cwd, argument)
        if not files.is_folder(files.real(self.root, target)):
            raise Reply("550 {}: not a folder".format(argument))
        self.cwd = target
        await self.reply("250 OK")

    async def CDUP(self, argument: str) -> None:
        await self.CWD("..")

    async def MKD(self, argument: str) -> None:
        os.mkdir(self.writable(argument))
        name = files.absolute(self.cwd, argument).replace('"', '""')
        await self.reply('257 "{}" made'.format(name))

    async def RMD(self, argument: str) -> None:
        path = self.writable(argument)
        if not files.is_folder(path):
            raise OSError(20 if files.stat(path) else 2)
        os.rmdir(path)
        await self.reply("250 Removed")

    async def DELE(self, argument: str) -> None:
        path = self.writable(argument)
        if files.is_folder(path):
            raise OSError(21)
        os.remove(path)
        await self.reply("250 Removed")

    async def RNFR(self, argument: str) -> None:
        path = self.writable(argument)
        files.stat(path)
        self.renaming = path
        await self.reply("350 To which name?")

    async def RNTO(self, argument: str) -> None:
        if self.renaming is None:
            raise Reply("503 RNFR comes first")
        os.rename(self.renaming, self.writable(argument))
        await self.reply("250 Renamed")

    XPWD, XCWD, XCUP, XMKD, XRMD = PWD, CWD, CDUP, MKD, RMD

    # The data connection.

    async def PASV(self, argument: str) -> None:
        if self.data.extended_only:
            raise Reply("501 EPSV ALL was said")
        port = self.data.passive()
        own = net.address_for(self.connection.peer[0], self.config.get("address", ""))
        await self.reply(
            "227 Entering Passive Mode ({},{},{}).".format(
                own.replace(".", ","), port >> 8, port & 255
            )
        )

    async def EPSV(self, argument: str) -> None:
        if argument.upper() == "ALL":
            self.data.extended_only = True
            await self.reply("200 OK")
        elif argument not in ("", "1"):
            raise Reply("522 Network protocol not supported, use (1)")
        else:
            await self.reply(
                "229 Entering Extended Passive Mode (|||{}|)".format(self.data.passive())
            )

    async def PORT(self, argument: str) -> None:
        await self.active(data.parse_port, argument)

    async def EPRT(self, argument: str) -> None:
        await self.active(data.parse_eprt, argument)

    async def active(self, parse, argument: str) -> None:
        if self.data.extended_only:
            raise Reply("501 EPSV ALL was said")
        try:
            address, port = parse(argument)
        except ValueError:
            raise Reply("501 Not an address")
        self.data.active(address, port)
        await self.reply("200 OK")

    # Transfers.

    async def REST(self, argument: str) -> None:
        if not argument.isdigit():
            raise Reply("501 A number of bytes")
        self.rest = int(argument)
        await self.reply("350 From byte {} on".format(self.rest))

    def listed(self, argument: str):
        """(name, os.stat()) of what LIST and NLST mean: a folder, a file, a pattern; options as of ls are ignored."""
        while argument.startswith("-"):
            argument = argument.partition(" ")[2].strip()
        path, pattern = argument, ""
        if "*" in argument or "?" in argument:
            path, slash, pattern = argument.rpartition("/")
            path += slash
        path = self.path(path or self.cwd)
        files.stat(path)
        return files.entries(path, pattern)

    async def LIST(self, argument: str) -> None:
        await self.begin(Listing(self.listed(argument), files.list_line), "the listing")

    async def NLST(self, argument: str) -> None:
        folder, slash, _ = argument.rpartition("/")
        prefix = "" if argument.startswith("-") else folder + slash
        entries = self.listed(argument)
        await self.begin(
            Listing(entries, lambda name, info: prefix + name + "\r\n"), "the listing"
        )

    async def MLSD(self, argument: str) -> None:
        path = self.path(argument or self.cwd)
        if not files.is_folder(path):
            raise Reply("501 {}: not a folder".format(argument))
        form = Listing(files.entries(path), lambda name, info: files.facts(name, info) + "\r\n")
        await self.begin(form, "the listing")

    async def RETR(self, argument: str) -> None:
        self.need_data()
        target = targets.parse(argument)
        if target:
            self.allowed(target[0])
            source = targets.source(target)
        else:
            source = targets.FileSource(self.path(argument), self.rest)
        await self.begin(Sending(source), argument)

    async def STOR(self, argument: str) -> None:
        target = targets.parse(argument)
        if target is None:
            await self.store(argument, False)
            return
        self.allowed(target[0])
        if self.rest:
            raise Reply("550 {} is written from its beginning".format(argument))
        self.need_data()
        await self.begin(Receiving(targets.sink(target)), argument)

    async def APPE(self, argument: str) -> None:
        if targets.parse(argument):
            raise Reply("550 {} is written from its beginning".format(argument))
        await self.store(argument, True)

    async def store(self, argument: str, append: bool) -> None:
        path = self.writable(argument)
        self.need_data()
        await self.begin(Receiving(targets.FileSink(path, append, self.rest)), argument)

    def allowed(self, kind: str) -> None:
        right = "card" if kind == "sd" else kind
        if right not in self.rights:
            raise Reply("550 Your login may not use {}".format(kind))

    def need_data(self) -> None:
        if not self.data.ready:
            raise Reply("425 Say PASV, EPSV, PORT or EPRT first")

    async def begin(self, work, what: str) -> None:
        """Start the transfer as a task."""
        if not self.data.ready:
            work.close()
            self.need_data()
        self.moved = 0
        await self.reply("150 Opening the data connection for {}".format(what))
        self.transfer = create_task(self._transfer(work))

    async def _transfer(self, work) -> None:
        """All of a transfer, with its last reply."""
        connection = None
        try:
            connection = await self.data.open()
            text = await work.run(self, connection)
            reply = "226 Done: {}".format(text)
        except CancelledError:
            reply = "426 Aborted"
        except data.DataError as error:
            reply = error.args[0]
        except Exception as error:
            reply = "{} {}".format(552 if error.args[:1] == (28,) else 550, targets.text_of(error))
            log("ftp", self.connection.peer[0], reply)
        finally:
            work.close()
            if connection:
                connection.close()
        await self.reply(reply)

    def move(self, count: int) -> None:
        """Bytes of the transfer went; so the control connection does not idle."""
        self.moved += count
        self.connection.last = ticks_ms()

    async def ABOR(self, argument: str) -> None:
        if self.transfer:
            self.transfer.cancel()
            await self.transfer
            self.transfer = None
        await self.reply("226 Nothing is under way now")

    async def abandon(self) -> None:
        """The client has left, or the server stops."""
        if self.transfer and not self.transfer.done():
            self.transfer.cancel()
            try:
                await self.transfer
            except OSError:
                pass

    async def SITE(self, argument: str) -> None:
        from ftpd import site

        await site.obey(self, argument)


def _parse(line: bytes) -> tuple:
    """(verb, argument) of a command; the argument is None where the line is none."""
    while line[:1] == b"\xff":  # Telnet's IAC before ABOR
        line = line[2:]
    try:
        text = str(line, "utf-8")
    except (UnicodeError, ValueError):
        return "", None
    if "\0" in text:
        return "", None
    verb, _, argument = text.partition(" ")
    return verb.upper(), argument
