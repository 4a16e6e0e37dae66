# SPDX-License-Identifier: MIT
"""`import webrepl_setup` asks whether WebREPL starts at boot, and for its password: webrepl_cfg.py and services.json."""

import json

CONFIG = "/services.json"
PASSWORD_MIN, PASSWORD_MAX = 4, 120


def _config() -> dict:
    try:
        with open(CONFIG) as file:
            return json.load(file)
    except (OSError, ValueError):
        return {}


def _ask(prompt: str, answers) -> str:
    while True:
        print(prompt)
        answer = input("> ")
        if answer in answers:
            return answer


def _password() -> str:
    while True:
        first = input("New password ({}-{} chars): ".format(PASSWORD_MIN, PASSWORD_MAX))
        if not PASSWORD_MIN <= len(first.encode()) <= PASSWORD_MAX:
            print("Invalid password length")
            continue
        if input("Confirm password: ") == first:
            return first
        print("Passwords do not match")


def main() -> None:
    config = _config()
    enabled = "webrepl" in config
    print("WebREPL daemon auto-start status:", "enabled" if enabled else "disabled")
    print("\nWould you like to (E)nable or (D)isable it running on boot?\n(Empty line to quit)")
    answer = input("> ").upper()
    if answer == "E":
        if (
            not enabled
            or _ask("Would you like to change WebREPL password? (y/n)", ("y", "n", "")) == "y"
        ):
            print("To enable WebREPL, you must set password for it")
            with open("/webrepl_cfg.py", "w") as file:
                file.write("PASS = {!r}\n".format(_password()))
    elif answer != "D":
        return
    if (answer == "E") != enabled:
        if answer == "E":
            config["webrepl"] = {}
        else:
            del config["webrepl"]
        with open(CONFIG, "w") as file:
            json.dump(config, file)
        print("Changes will be activated by services.start()")


main()
