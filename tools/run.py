# SPDX-License-Identifier: MIT
"""Open the prompt of a simulated SoC, or run a script on it and end with the script's status.

    run.py [--script FILE] [--pty] [--timeout S] [--title TEXT] -- COMMAND...

COMMAND starts the simulation (lxemu or rtl.run) with the guest's console on its standard streams.
On a terminal the runner becomes COMMAND. With --script, or a script on a piped standard input, it
runs the script through the raw REPL: standard output carries the guest's output, a traceback goes to
standard error, and with --script our standard input is the script's.

Exit status: the script's (0; 1 for an uncaught exception; N for sys.exit(N)), 2 for bad input, 124
when the guest was silent for longer than --timeout (at the start: had no prompt by then), 130 for
Ctrl-C, 128 + N for another signal. The simulation never outlives the runner, nor the runner the
process that started it (make).
"""

import argparse
import ast
import contextlib
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import BinaryIO, NoReturn

sys.path.insert(0, str(Path(__file__).resolve().parent))
import process  # noqa: E402
import repl  # noqa: E402

# Ports of the guest and of this machine, which takes the next ones where another program has them.
FORWARDS = {80: 8080, 443: 8443, 21: 2121, 2323: 2323, 8266: 8266, 2542: 2542}
SERVICE_PORTS = {"ftp": 21, "http": 80, "repl": 2323, "webrepl": 8266, "xvc": 2542}
# FTP's data connections come to the same numbers on both sides.
PASSIVE_FIRST = 50000
PASSIVE_COUNT = 8
SERVICES_RAM = 1 << 20  # bytes of main RAM from which on the firmware has the services
TRIES = 50  # free ports to look for
BOOT_S = 60  # for the first prompt where --timeout gives no bound
TERMINATE_S = 5
HINT = "run: no script on standard input and no terminal; try `make run` in a terminal, or SCRIPT=FILE"
# The guest reports the script's end by an exception of ours, in the part of the raw REPL's answer that
# is separate from the script's output; the mark differs in each run, so that a script cannot print it.
WRAPPER = """\
import sys, io
__status, __text = 0, ''
try:
    exec(compile({source!r}, {name!r}, 'exec'), {{'__name__': '__main__'}})
except SystemExit as e:
    __status = e.args[0] if e.args else None
    if __status is None or isinstance(__status, int):
        __status = (__status or 0) & 255
    else:
        __status, __text = 1, str(__status) + '\\n'
except BaseException as e:
    __status, __text = 130 if isinstance(e, KeyboardInterrupt) else 1, io.StringIO()
    sys.print_exception(e, __text)
    __text = __text.getvalue()
raise Exception({mark!r}, __status, __text)
"""
WRAPPER_FRAME = re.compile(r'  File "<stdin>", line \d+, in <module>\r?\n')


class NoPrompt(Exception):
    """The guest did not reach its prompt in time."""


class Unix:
    """Writes the guest's output to a stream, its line ends (CR LF) as LF."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.held = b""

    def __call__(self, data: bytes) -> None:
        data = self.held + data
        self.held = b"\r" if data.endswith(b"\r") else b""
        data = data[: len(data) - len(self.held)].replace(b"\r\n", b"\n")
        self.stream.write(data)
        self.stream.flush()


def forward_input(console: repl.Repl) -> None:
    """Send our standard input to the guest as typed text: LF as Enter, its end as Ctrl-D."""
    with contextlib.suppress(OSError):  # the guest may end first
        while data := os.read(sys.stdin.fileno(), 4096):
            console.write(data.replace(b"\n", b"\r"))
        console.write(repl.CTRL_D)


def read_ending(console: repl.Repl, output: Unix, mark: str, timeout: float) -> tuple[int, str]:
    """Pass on the script's output up to its end; return (status, text for standard error)."""
    console.pass_output(output, timeout)
    while True:
        part = console.read_until(repl.CTRL_D, timeout)[:-1]
        text = part.decode(errors="replace")
        if mark in text:
            _, status, text = ast.literal_eval(text[text.index("('" + mark) :].strip())
            return status, WRAPPER_FRAME.sub("", text, count=1)
        if text.startswith("Traceback"):  # the wrapper itself did not fit, or was interrupted
            return 1, text
        output(repl.CTRL_D + part)  # it was the script that printed a Ctrl-D


def run_script(
    console: repl.Repl, source: str, name: str, timeout: float, interactive: bool
) -> int:
    """Run `source` on the guest, which is booting, and return the exit status."""
    mark = secrets.token_hex(8)
    try:
        console.read_until(repl.PROMPT)
    except TimeoutError as error:
        raise NoPrompt from error
    console.enter_raw()
    console.paste(WRAPPER.format(source=source, name=name, mark=mark).encode())
    interrupted = False

    def interrupt(_signal: int, _frame: object) -> None:
        nonlocal interrupted
        if interrupted:
            raise KeyboardInterrupt
        interrupted = True
        console.write(repl.CTRL_C)

    previous = signal.signal(signal.SIGINT, interrupt)
    if interactive:
        threading.Thread(target=forward_input, args=(console,), daemon=True).start()
    try:
        status, text = read_ending(console, Unix(sys.stdout.buffer), mark, timeout)
    finally:
        signal.signal(signal.SIGINT, previous)
    sys.stderr.write(text.replace("\r\n", "\n"))
    return status


def stop(number: int, _frame: object) -> NoReturn:
    """End by an exception, so that the simulation is ended too."""
    raise SystemExit(128 + number)


def end(simulation: subprocess.Popen[bytes]) -> None:
    """Let the simulation save its files, or kill it when it does not react."""
    simulation.terminate()
    try:
        simulation.wait(TERMINATE_S)
    except subprocess.TimeoutExpired:
        simulation.kill()
        simulation.wait()


def simulate(command: list[str], source: str, name: str, timeout: float, interactive: bool) -> int:
    """Start the simulation, run the script on it and stop it."""
    bound = timeout or BOOT_S
    with tempfile.TemporaryFile() as log:
        simulation = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
            preexec_fn=process.die_with_parent,
        )
        assert simulation.stdin and simulation.stdout
        console = repl.Repl(simulation.stdout.fileno(), simulation.stdin.fileno(), bound)
        try:
            return run_script(console, source, name, timeout, interactive)
        except repl.GuestGone:
            log.seek(0)
            sys.stderr.write(log.read().decode(errors="replace"))
            return simulation.wait() or 1
        except repl.ReplError as error:
            print(f"run: {error}", file=sys.stderr)
            return 1
        except NoPrompt:
            log.seek(0)
            sys.stderr.write(log.read().decode(errors="replace"))
            print(f"run: the guest shows no prompt after {bound:g} s", file=sys.stderr)
            return 124
        except TimeoutError as error:
            print(f"run: {error} for {bound:g} s", file=sys.stderr)
            return 124
        except KeyboardInterrupt:
            return 130
        finally:
            end(simulation)


def free_port(first: int) -> int:
    """The first port of 127.0.0.1 from `first` on that nobody listens on, 0: any."""
    for port in range(first, first + TRIES):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    return 0


def free_row() -> int:
    """The first of PASSIVE_COUNT ports in a row on which nobody listens; 0 where there are none."""
    for first in range(PASSIVE_FIRST, PASSIVE_FIRST + TRIES * PASSIVE_COUNT, PASSIVE_COUNT):
        if all(free_port(port) == port for port in range(first, first + PASSIVE_COUNT)):
            return first
    return 0


def network(folder: Path, command: list[str], served: bool) -> tuple[list[str], str]:
    """Return the options that give a SoC with Ethernet a network, and how to reach it from here.

    served: whether to lead ports of this machine to the guest. A script gets none: a simulation with open
        ports waits for the wall clock while its guest is idle.
    """
    asked = any(word == "--net" or word.startswith("--net=") for word in command)
    try:
        soc = json.loads((folder / "csr.json").read_text())
        names = soc["csr_registers"]
    except (OSError, ValueError, KeyError):
        soc = names = {}  # the simulation says what is wrong
    if asked or not any(name.endswith("_sram_writer_slot") for name in names):
        return [], ""
    if not served:
        return ["--net", "user"], ""
    ports = {guest: free_port(host) for guest, host in FORWARDS.items()}
    forwards = [f"hostfwd=tcp::{host}-:{guest}" for guest, host in ports.items()]
    passive = free_row()
    if passive:
        row = range(passive, passive + PASSIVE_COUNT)
        forwards += [f"hostfwd=tcp::{port}-:{port}" for port in row]
    ftp = "{}" if passive in (0, PASSIVE_FIRST) else f'{{"passive": ({passive}, {PASSIVE_COUNT})}}'
    listed = ", ".join(f"{host} (its {guest})" for guest, host in ports.items() if guest != 80)
    config = services(command)
    if config:
        return ["--net", ",".join(["user", *forwards])], addresses(config, ports, passive)
    hint = (
        f"From this machine, http://127.0.0.1:{ports[80]} is port 80 of the board; ports {listed} lead to it, too.\n"
        "From the board, this machine's 127.0.0.1 is 10.0.2.2."
    )
    if soc.get("memories", {}).get("main_ram", {}).get("size", 0) < SERVICES_RAM:
        return ["--net", ",".join(["user", *forwards])], hint
    hint += (
        "\nNo service runs until the prompt starts one, and its network:\n"
        "    import network, services; network.LAN().active(True)\n"
        f'    services.start({{"users": {{"me": "PASSWORD"}}, "ftp": {ftp}, "http": {{}}, "repl": {{}}}})\n'
        f"Then: curl -u me -T FILE ftp://127.0.0.1:{ports[21]}/, curl http://127.0.0.1:{ports[80]}/info, "
        f"nc 127.0.0.1 {ports[2323]}; docs/services.md says more."
    )
    return ["--net", ",".join(["user", *forwards])], hint


def services(command: list[str]) -> dict:
    """What /services.json of the simulation's flash starts at boot: {name: options}, with "users"."""
    if "--spiflash" not in command[:-1]:
        return {}
    import run_flash

    return run_flash.configured(Path(command[command.index("--spiflash") + 1]))


def addresses(config: dict, ports: dict[int, int], passive: int) -> str:
    """Where a browser, FTP clients and mpremote reach the services that start at boot.

    ports: of this machine, by the guest's. passive: the first one for FTP's data connections.
    """
    at = {
        name: ports.get((config[name] or {}).get("port", guest))
        for name, guest in SERVICE_PORTS.items()
        if name in config
    }
    user, password = next(iter(config.get("users", {}).items()), ("", ""))
    login = f"{user}:{password}"
    lines = []
    if at.get("http"):
        lines.append(f"browser:  http://127.0.0.1:{at['http']}/")
        if at.get("webrepl") not in (None, SERVICE_PORTS["webrepl"]):
            lines[-1] += (
                "  (its prompt needs port 8266 of this machine, which another program has)"
            )
    if at.get("ftp"):
        lines.append(f"ftp:      ftp ftp://{login}@127.0.0.1:{at['ftp']}/")
        lines.append(f"FPGA:     curl -T FILE.bit ftp://{login}@127.0.0.1:{at['ftp']}/fpga")
        if passive not in (0, PASSIVE_FIRST):
            lines[-1] += (
                f'\n  for this, "ftp": {{"passive": [{passive}, {PASSIVE_COUNT}]}} in /services.json'
            )
    if at.get("repl") and at.get("http"):
        lines.append(
            f"mpremote: curl -u {login} -X POST http://127.0.0.1:{at['http']}/repl && "
            f"mpremote connect socket://127.0.0.1:{at['repl']}"
        )
    if at.get("xvc"):
        lines.append(f"JTAG:     openFPGALoader -c xvc-client --ip 127.0.0.1 --port {at['xvc']}")
    return (
        f"Services start at boot, as /services.json on the board says; user {user}, password {password}:\n  "
        + "\n  ".join(lines)
        + "\nFrom the board, this machine's 127.0.0.1 is 10.0.2.2. services.stop() ends them; docs/services.md says more."
    )


def open_standard_streams() -> None:
    """Replace closed standard streams by /dev/null: the simulation's pipes would take their numbers."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDONLY if number == 0 else os.O_WRONLY)
    sys.stdin = sys.stdin or open(0, closefd=False)
    sys.stdout = sys.stdout or open(1, "w", closefd=False)
    sys.stderr = sys.stderr or open(2, "w", closefd=False)


def main() -> int:
    starter = os.getppid()
    process.die_with_parent(signal.SIGTERM)
    if os.getppid() != starter:  # it ended before the call
        return 128 + signal.SIGTERM
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    open_standard_streams()
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--script", type=Path)
    parser.add_argument("--pty", action="store_true", help="serve the console as a PTY")
    parser.add_argument(
        "--title", default="", help="printed on a terminal before the guest starts"
    )
    parser.add_argument(
        "--network", type=Path, metavar="FOLDER", help="of the SoC: it gets a network if it can"
    )
    parser.add_argument("--timeout", type=float, default=0, help="seconds of silence; 0: no bound")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    hint = ""
    bare = list(options.command)
    if options.network:
        served = options.pty or (not options.script and sys.stdin.isatty())
        net, hint = network(options.network, options.command, served)
        options.command += net
    if options.pty:
        if hint:
            print(hint, file=sys.stderr)
        os.execv(options.command[0], [*options.command, "--pty"])
    if options.script:
        try:
            source, name = options.script.read_text(), options.script.name
        except (OSError, UnicodeDecodeError) as error:
            print(f"run: cannot read the script {options.script}: {error}", file=sys.stderr)
            return 2
    elif sys.stdin.isatty():
        print("\n".join(filter(None, (options.title, hint))), file=sys.stderr)
        os.execv(options.command[0], options.command)
    else:
        source, name = sys.stdin.read(), "<stdin>"
        if not source.strip():
            # Without a cable, whose peers would keep the run from ending.
            status = subprocess.run(
                bare, stdin=subprocess.DEVNULL, preexec_fn=process.die_with_parent
            ).returncode
            print(f"\n{HINT}", file=sys.stderr)
            return status
    return simulate(options.command, source, name, options.timeout, bool(options.script))


if __name__ == "__main__":
    sys.exit(main())
