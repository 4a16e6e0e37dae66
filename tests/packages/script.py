# SPDX-License-Identifier: MIT
"""script.py HTTP HTTPS CERTIFICATES: requests and http_client against a server; on MicroPython and CPython.

HTTP and HTTPS are its addresses, `-` without TLS; CERTIFICATES the folder of tests/tls/certificates.py.
"""

import sys

import http_client
import requests

BASE, SECURE, FOLDER = sys.argv[1:]
BODY = bytes(range(256)) * 40


def raises(function, *args, **named):
    """The text of the OSError or ValueError that a call raises."""
    try:
        function(*args, **named)
    except (OSError, ValueError) as error:
        return str(error)
    raise AssertionError("no exception")


def test_methods():
    for name in ("get", "post", "put", "patch", "delete", "options"):
        answer = getattr(requests, name)(BASE + "/echo")
        assert answer.status_code == 200 and answer.ok and answer.reason == "OK"
        assert answer.json()["method"] == name.upper(), answer.json()
    answer = requests.head(BASE + "/body")
    assert answer.content == b"" and answer.headers["content-length"] == str(len(BODY))


def test_bodies():
    for data in (b"\x00\xff" * 9, "t\u00e9xt", b""):
        said = requests.post(BASE + "/echo", data=data).json()
        wanted = data.encode() if isinstance(data, str) else data
        assert bytes(said["body"]) == wanted, said
        assert said["headers"]["content-length"] == str(len(wanted)), said
    said = requests.post(BASE + "/echo", json={"a": [1, None]}).json()
    assert bytes(said["body"]).decode().replace(" ", "") == '{"a":[1,null]}'
    assert said["headers"]["content-type"] == "application/json"
    said = requests.post(BASE + "/echo", data={"a b": "c&d"}).json()
    assert bytes(said["body"]) == b"a%20b=c%26d"
    said = requests.post(BASE + "/echo", data=iter((b"ab", b"", b"cde"))).json()
    assert bytes(said["body"]) == b"abcde" and said["headers"]["transfer-encoding"] == "chunked"
    with open(FOLDER + "/ca.pem", "rb") as file:
        said = requests.put(BASE + "/echo", data=file).json()
    with open(FOLDER + "/ca.pem", "rb") as file:
        assert bytes(said["body"]) == file.read()


def test_queries_and_headers():
    assert (
        requests.get(BASE + "/echo?x=1", params={"y": "\u00e4/"}).json()["path"]
        == "/echo?x=1&y=%C3%A4%2F"
    )
    said = requests.get(BASE + "/echo", headers={"X-One": "1", "host": "other"}).json()
    assert said["headers"]["x-one"] == "1" and said["headers"]["host"] == "other"
    assert "newline" in raises(requests.get, BASE + "/echo", headers={"X": "1\r\nY: 2"})


def test_answers():
    for path in ("/body", "/chunked", "/close"):
        assert requests.get(BASE + path).content == BODY, path
    assert requests.get(BASE + "/text").text == "\u00e4"
    assert requests.get(BASE + "/204").content == b""
    answer = requests.get(BASE + "/missing")
    assert answer.status_code == 404 and not answer.ok
    assert "404 Not Found" in raises(answer.raise_for_status)
    requests.get(BASE + "/body").raise_for_status()
    assert requests.get(BASE + "/twice").headers["x-two"] == "1, 2"
    # Another answer may come before: 100 Continue, 103 Early Hints.
    assert requests.get(BASE + "/early").content == b"late"


def test_stream():
    with requests.get(BASE + "/chunked", stream=True) as answer:
        parts = list(answer.iter_content(1000))
    assert b"".join(parts) == BODY and {len(part) for part in parts[:-1]} == {1000}
    answer = requests.get(BASE + "/body", stream=True)
    buffer = bytearray(100)
    assert answer.raw.readinto(buffer) and bytes(buffer) == BODY[:100]
    answer.close()
    answer.close()


def test_redirections():
    for path in ("/moved", "/moved-far", "/moved-near"):
        answer = requests.get(BASE + path)
        assert answer.content == BODY and answer.url.endswith("/body"), path
    answer = requests.get(BASE + "/moved", allow_redirects=False)
    assert answer.status_code == 302 and answer.headers["location"] == "/body"
    assert "more than 5 times" in raises(requests.get, BASE + "/loop")
    # A form goes on as a GET; 307 repeats it.
    assert requests.post(BASE + "/303", data=b"x").json()["method"] == "GET"
    said = requests.post(BASE + "/307", data=b"x").json()
    assert said["method"] == "POST" and bytes(said["body"]) == b"x"
    assert "cannot be sent again" in raises(requests.post, BASE + "/307", data=iter((b"x",)))


def test_authorization():
    assert requests.get(BASE + "/user", auth=("me", "p:w")).status_code == 200
    assert requests.get(BASE + "/user").status_code == 401
    place = BASE.replace("://", "://me:p%3Aw@")
    answer = requests.get(place + "/user")
    assert answer.status_code == 200 and "p%3Aw" not in answer.url
    # The password goes along on the same server, and to no other.
    assert requests.get(place + "/to-user").status_code == 200
    said = requests.get(place + "/to-other", headers={"Cookie": "c"}).json()
    assert "authorization" not in said["headers"] and "cookie" not in said["headers"], said


def test_faults():
    for path, expected in (
        ("/short", "stopped before the end"),
        ("/bad-chunk", "a broken chunk"),
        ("/garbage", "does not speak HTTP/1"),
        ("/empty", "ends too early"),
        ("/long-line", "too long"),
        ("/many-headers", "headers"),
    ):
        text = raises(requests.get, BASE + path)
        assert text.startswith(BASE + path) and expected in text, text
    for path in ("/silent", "/silent-body"):
        text = raises(requests.get, BASE + path, timeout=0.3)
        assert "does not answer any more" in text, text
    for url, expected in (
        ("ftp://host/x", "only http://"),
        ("http://host:port/", "not an address"),
        ("http:///x", "no host"),
        ("http://127.0.0.1:1/", "cannot reach"),
        ("no address", "only http://"),
    ):
        assert expected in raises(requests.get, url), url
    assert "verify" in raises(requests.get, BASE + "/body", verify=True)


def test_copy():
    import io

    file = io.BytesIO()
    with http_client.fetch(BASE + "/body") as answer:
        assert answer.length == len(BODY)
        assert answer.copy_to(file) == len(BODY)
    assert file.getvalue() == BODY


def test_tls():
    if SECURE == "-":
        return
    ca = FOLDER + "/ca.pem"
    assert requests.get(SECURE + "/body").content == BODY
    assert requests.get(SECURE + "/body", verify=ca).content == BODY
    assert requests.get(SECURE + "/body", verify=False).content == BODY
    said = raises(requests.get, SECURE + "/body", verify=FOLDER + "/self_signed.pem")
    assert "cannot reach" in said and "ert" in said, said
    # From plain to encrypted.
    assert requests.get(BASE + "/to-secure", verify=ca).content == BODY
    # The answer of a plain server is not TLS.
    assert "cannot reach" in raises(requests.get, BASE.replace("http", "https") + "/body")


passed = 0
for name, test in sorted(globals().items()):
    if name.startswith("test_"):
        test()
        passed += 1
print(passed, "passed")
