# SPDX-License-Identifier: MIT
"""Certificates for the tests, made by openssl: an authority, and what it signed well and badly."""

import subprocess
from pathlib import Path

NAME = "board.example"
SETTINGS = """
[ca]
default_ca = authority
[authority]
dir = .
database = index.txt
serial = serial
new_certs_dir = .
certificate = ca.pem
private_key = ca.key
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = subject
[subject]
[extensions]
basicConstraints = CA:FALSE
subjectAltName = DNS:$ENV::NAME, IP:10.0.2.2, IP:127.0.0.1
"""
# name of the files: (name in the certificate, type of key, first and last day of validity)
LEAVES = {
    "good": (NAME, "ec", "20240101000000Z", "20490101000000Z"),
    "rsa": (NAME, "rsa", "20240101000000Z", "20490101000000Z"),
    "expired": (NAME, "ec", "20240101000000Z", "20250101000000Z"),
    "future": (NAME, "ec", "20480101000000Z", "20490101000000Z"),
    "wrong_name": ("other.example", "ec", "20240101000000Z", "20490101000000Z"),
}


def make(folder: Path) -> None:
    """Write NAME.pem, NAME.der and NAME.key for each of LEAVES and for `self_signed`, and ca.pem."""

    def openssl(*arguments, name=NAME) -> None:
        subprocess.run(
            ["openssl", *arguments],
            cwd=folder,
            env={"PATH": "/usr/bin:/bin", "NAME": name},
            check=True,
            capture_output=True,
        )

    def make_key(name, kind) -> None:
        if kind == "ec":
            openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{name}.key")
        else:
            openssl("genrsa", "-traditional", "-out", f"{name}.key", "2048")

    (folder / "settings").write_text(SETTINGS)
    (folder / "index.txt").write_text("")
    (folder / "serial").write_text("1000\n")
    for name in ("ca", "self_signed"):
        make_key(name, "ec")
        openssl(
            *("req", "-x509", "-new", "-key", f"{name}.key", "-subj", f"/CN={NAME}"),
            *("-days", "9000", "-out", f"{name}.pem"),
        )
    for name, (subject, kind, first, last) in LEAVES.items():
        make_key(name, kind)
        openssl(
            "req", "-new", "-key", f"{name}.key", "-subj", f"/CN={subject}", "-out", f"{name}.csr"
        )
        openssl(
            *("ca", "-batch", "-notext", "-config", "settings", "-extensions", "extensions"),
            *("-startdate", first, "-enddate", last, "-in", f"{name}.csr", "-out", f"{name}.pem"),
            name=subject,
        )
    for name in ("ca", "self_signed", *LEAVES):
        openssl("x509", "-in", f"{name}.pem", "-outform", "DER", "-out", f"{name}.der")
