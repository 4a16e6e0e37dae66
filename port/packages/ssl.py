# SPDX-License-Identifier: MIT
"""CPython's ssl module over tls, with the calls and the defaults that MicroPython's ports have.

Nothing is verified unless verify_mode says so, as upstream has it: set it to CERT_REQUIRED, and load the certificates
that you trust. Certificates and keys are DER or PEM, as files or as bytes.
"""

import tls
from tls import (
    CERT_NONE,
    CERT_OPTIONAL,
    CERT_REQUIRED,
    MBEDTLS_VERSION,
    PROTOCOL_DTLS_CLIENT,
    PROTOCOL_DTLS_SERVER,
    PROTOCOL_TLS_CLIENT,
    PROTOCOL_TLS_SERVER,
)

__all__ = (
    "CERT_NONE",
    "CERT_OPTIONAL",
    "CERT_REQUIRED",
    "MBEDTLS_VERSION",
    "PROTOCOL_DTLS_CLIENT",
    "PROTOCOL_DTLS_SERVER",
    "PROTOCOL_TLS_CLIENT",
    "PROTOCOL_TLS_SERVER",
    "SSLContext",
    "wrap_socket",
)

VERIFY_MODES = (CERT_NONE, CERT_OPTIONAL, CERT_REQUIRED)


def _content(source):
    """Return the bytes of a file, or bytes as they are."""
    if isinstance(source, str):
        with open(source, "rb") as file:
            return file.read()
    return source


class SSLContext:
    def __init__(self, *args):
        self._context = tls.SSLContext(*args)
        self._context.verify_mode = CERT_NONE

    @property
    def verify_mode(self):
        return self._context.verify_mode

    @verify_mode.setter
    def verify_mode(self, value):
        if value not in VERIFY_MODES:
            raise ValueError("verify_mode is CERT_NONE, CERT_OPTIONAL or CERT_REQUIRED")
        self._context.verify_mode = value

    @property
    def verify_callback(self):
        return self._context.verify_callback

    @verify_callback.setter
    def verify_callback(self, value):
        self._context.verify_callback = value

    def get_ciphers(self):
        return self._context.get_ciphers()

    def set_ciphers(self, ciphersuite):
        self._context.set_ciphers(ciphersuite)

    def load_cert_chain(self, certfile, keyfile):
        self._context.load_cert_chain(_content(certfile), _content(keyfile))

    def load_verify_locations(self, cafile=None, cadata=None):
        if cafile is None and cadata is None:
            raise ValueError("give cafile or cadata: the certificates to trust")
        self._context.load_verify_locations(cadata if cafile is None else _content(cafile))

    def wrap_socket(
        self, sock, server_side=False, do_handshake_on_connect=True, server_hostname=None
    ):
        return self._context.wrap_socket(
            sock,
            server_side=server_side,
            do_handshake_on_connect=do_handshake_on_connect,
            server_hostname=server_hostname,
        )


def wrap_socket(
    sock,
    server_side=False,
    key=None,
    cert=None,
    cert_reqs=CERT_NONE,
    cadata=None,
    server_hostname=None,
    do_handshake=True,
):
    context = SSLContext(PROTOCOL_TLS_SERVER if server_side else PROTOCOL_TLS_CLIENT)
    if cert_reqs is not None:
        context.verify_mode = cert_reqs
    if cert is not None or key is not None:
        context.load_cert_chain(cert, key)
    if cadata is not None:
        context.load_verify_locations(cadata=cadata)
    return context.wrap_socket(
        sock,
        server_side=server_side,
        do_handshake_on_connect=do_handshake,
        server_hostname=server_hostname,
    )
