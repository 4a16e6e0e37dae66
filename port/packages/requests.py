# SPDX-License-Identifier: MIT
"""The calls of CPython's requests that fit a board, over http_client.

    answer = requests.get("http://host/data.json")
    answer.json()

A body is read when it is asked for; with stream=True iter_content() or raw give it out in pieces. Close an answer that was
not read to its end, or use `with`.
"""

import http_client

CHUNK = 4096


class Response:
    def __init__(self, answer) -> None:
        self.raw = answer
        self.status_code = answer.status
        self.reason = answer.reason
        self.headers = answer.headers  # names in lower case
        self.url = answer.url
        self.encoding = "utf-8"
        self._content = None

    @property
    def ok(self) -> bool:
        return self.status_code < 400

    @property
    def content(self) -> bytes:
        if self._content is None:
            try:
                self._content = self.raw.read()
            finally:
                self.raw.close()
        return self._content

    @property
    def text(self) -> str:
        return str(self.content, self.encoding)

    def json(self):
        from json import loads

        return loads(self.content)

    def iter_content(self, chunk_size: int = CHUNK):
        """Yield the body in pieces of up to `chunk_size` bytes."""
        while True:
            data = self.raw.read(chunk_size)
            if not data:
                return
            yield data

    def raise_for_status(self) -> None:
        if not self.ok:
            raise OSError("{}: {} {}".format(self.url, self.status_code, self.reason))

    def close(self) -> None:
        self.raw.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def _quoted(value) -> str:
    safe = b"-._~"
    data = value if isinstance(value, bytes) else str(value).encode()
    return "".join(
        chr(c) if chr(c).isalpha() and c < 128 or 48 <= c <= 57 or c in safe else "%%%02X" % c
        for c in data
    )


def _form(pairs) -> str:
    items = pairs.items() if hasattr(pairs, "items") else pairs
    return "&".join(_quoted(name) + "=" + _quoted(value) for name, value in items)


def _with_params(url: str, params) -> str:
    if not params:
        return url
    url, mark, fragment = url.partition("#")
    query = params if isinstance(params, str) else _form(params)
    return url + ("&" if "?" in url else "?") + query + mark + fragment


def request(
    method: str,
    url: str,
    params=None,
    data=None,
    json=None,
    headers=None,
    auth=None,
    timeout=http_client.TIMEOUT_S,
    allow_redirects: bool = True,
    stream: bool = False,
    verify=None,
    context=None,
) -> Response:
    """Send a request and return its answer.

    params: a dictionary or text that goes behind the URL's `?`.
    data: bytes, text, a dictionary (sent as a form), an open file, or an iterable of bytes.
    json: what to send as JSON.
    auth: (name, password).
    verify: the certificates to trust, as a file or bytes. Without it, https:// encrypts and checks nothing.
    """
    if verify is True:
        raise ValueError("a board has no certificates of its own: verify is those that you trust")
    headers = dict(headers or {})
    names = [name.lower() for name in headers]
    kind = None
    if json is not None:
        from json import dumps

        data, kind = dumps(json), "application/json"
    elif isinstance(data, dict):
        data, kind = _form(data), "application/x-www-form-urlencoded"
    if kind and "content-type" not in names:
        headers["Content-Type"] = kind
    answer = http_client.fetch(
        _with_params(url, params),
        method=method,
        body=data,
        headers=headers,
        auth=auth,
        timeout=timeout,
        redirects=http_client.REDIRECTS_MAX if allow_redirects else 0,
        verify=None if verify is False else verify,
        context=context,
    )
    response = Response(answer)
    if not stream:
        response.content  # noqa: B018  # which reads it and closes the connection
    return response


def get(url, **options):
    return request("GET", url, **options)


def head(url, **options):
    return request("HEAD", url, **options)


def post(url, **options):
    return request("POST", url, **options)


def put(url, **options):
    return request("PUT", url, **options)


def patch(url, **options):
    return request("PATCH", url, **options)


def delete(url, **options):
    return request("DELETE", url, **options)


def options(url, **options):
    return request("OPTIONS", url, **options)
