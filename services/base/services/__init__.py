# SPDX-License-Identifier: MIT
"""Services that run behind the prompt: services.start(), status(), log(), stop(); docs/services.md."""

CONFIG = "services.json"
# Its name in the configuration, and the module that has start(**options) and stop().
MODULES = (
    ("net", "netman"),
    ("ftp", "ftpd"),
    ("http", "httpd"),
    ("webrepl", "webrepl"),
    ("repl", "netrepl"),
    ("xvc", "xvcd"),
)

card = None  # the block device of the card, for sd@ and /sd: main.py may set it
_config = None
_running: dict = {}


def config() -> dict:
    """The configuration: services.json of the root, or an empty one."""
    global _config
    if _config is None:
        try:
            with open("/" + CONFIG) as file:
                import json

                _config = json.load(file)
            if not isinstance(_config, dict):
                print("services: /{} is not an object {{...}}: it is ignored".format(CONFIG))
                _config = {}
        except OSError:
            _config = {}
        except ValueError:
            print("services: /{} is not JSON: it is ignored".format(CONFIG))
            _config = {}
        _apply(_config)
    return _config


def _apply(config: dict) -> None:
    from services import auth

    auth.configure(config.get("users", {}))


def configured(name: str) -> dict:
    """The options of a service, for its start()."""
    options = dict(config().get(name) or {})
    _tick()
    return options


def _tick() -> None:
    from services.loop import loop

    if loop._timer is None:
        options = config().get("loop") or {}
        loop.start(**options)


def start(configuration: dict | None = None) -> None:
    """Start what the configuration names: a dictionary, else services.json."""
    global _config
    if configuration is not None:
        _config = configuration
        _apply(_config)
    _tick()
    for name, module in MODULES:
        if name in config():
            start_one(name, module)


def start_one(name: str, module: str | None = None) -> None:
    """Start one service by its name; a failure is a line in the log and on the console."""
    try:
        loaded = __import__(module or dict(MODULES)[name])
        loaded.start(**configured(name))
        _running[name] = loaded
    except (ImportError, OSError, MemoryError, ValueError, TypeError, RuntimeError) as error:
        from services.journal import log

        log(name, "not started:", repr(error))
        print("services: {} is not started: {}".format(name, repr(error)))


def stop() -> None:
    """Stop all services, and the loop."""
    from services.loop import loop
    from services.net import servers

    for module in list(_running.values()):
        module.stop()
    _running.clear()
    for server in list(servers):
        server.stop()
    loop.step()  # their tasks end
    loop.stop()


def run() -> None:
    """Serve in the foreground until Ctrl-C: for ports without timers."""
    from services.loop import loop

    loop.run()


def status() -> dict:
    """{service: (port, connections, refused)}"""
    from services.net import servers

    return {
        server.name: (server.port, len(server.connections), server.refused) for server in servers
    }


def log() -> None:
    """Print what the services had to say."""
    from services.journal import lines

    for seconds, service, text in lines():
        print(seconds, service + ":", text)
