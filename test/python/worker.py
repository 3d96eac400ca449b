"""Plays cases on http.client and prints what came of them as JSON.

Reads {"responses": [...], "requests": [...]} from the standard input and writes lists of outcomes in the same order, in
the form of the recordings in test/corpus. Nothing is sent anywhere: a connection gets a socket that holds its replies.
Byte strings are latin-1 strings in JSON. Runs by itself: python3.13 worker.py < cases.json
"""

import contextlib
import hashlib
import http.client
import io
import json
import sys


class Replies(io.RawIOBase):
    """What a peer sends: parts that no single read goes across, then an end of a certain kind."""

    def __init__(self, parts, end):
        self.parts = [part for part in parts if part]
        self.end = end

    def readable(self):
        return True

    def readinto(self, view):
        if not self.parts:
            if self.end == "block":
                raise TimeoutError("timed out")
            if self.end == "reset":
                raise ConnectionResetError(104, "Connection reset by peer")
            return 0
        piece = self.parts[0][: len(view)]
        view[: len(piece)] = piece
        self.parts[0] = self.parts[0][len(piece) :]
        if not self.parts[0]:
            del self.parts[0]
        return len(piece)


class Wire:
    """As much of a socket as http.client uses."""

    def __init__(self, parts, end="close"):
        self.replies = Replies(parts, end)
        self.sent = []

    def makefile(self, mode, *_):
        # One raw stream serves every file made of this socket; closing one does not close the others.
        file = io.BufferedReader(self.replies)
        file.close = lambda: None
        return file

    def sendall(self, data):
        self.sent.append(bytes(memoryview(data)).decode("latin-1"))

    def setsockopt(self, *_):
        pass

    def close(self):
        pass


def thrown(error, phase):
    told = {"phase": phase, "type": type(error).__name__, "str": str(error)[:300]}
    if isinstance(error, http.client.IncompleteRead):
        told.update(partial=error.partial.decode("latin-1"), expected=error.expected)
    elif isinstance(error, http.client.UnknownProtocol):
        told["version"] = error.version
    elif isinstance(error, http.client.BadStatusLine) and hasattr(error, "line"):
        told["line"] = error.line
    return told


def repeated(call):
    while True:
        piece = call()
        yield piece
        if not piece:
            return


def pieces_of(response, strategy):
    """The bytes that each call of a reading strategy returns."""
    name, _, amount = strategy.partition(":")
    amounts = [int(amount)] if amount else []
    if name == "none":
        return
    if name == "all":
        yield response.read()
    elif name == "amtonce":
        yield response.read(*amounts)
    elif name == "iter":
        yield from response
    elif name == "readinto":

        def fill():
            view = bytearray(*amounts)
            return bytes(view[: response.readinto(view)])

        yield from repeated(fill)
    elif name == "peekread":

        def look_and_take():
            ahead = response.peek(*amounts)
            return response.read(len(ahead) or amounts[0])

        yield from repeated(look_and_take)
    else:
        method = {"amt": "read", "read1": "read1", "readline": "readline"}[name]
        yield from repeated(lambda: getattr(response, method)(*amounts))


def play_response(case):
    raw = case["raw"].encode("latin-1")
    size = case["seg"] or len(raw) or 1
    connection = http.client.HTTPConnection("example.com")
    connection.sock = Wire([raw[at : at + size] for at in range(0, len(raw), size)], case["eof"])
    connection.request(case["method"], "/")
    told = {}
    try:
        response = connection.getresponse()
    except Exception as error:
        told["exception"] = thrown(error, "getresponse")
    else:
        told.update(
            status=int(response.status),
            reason=response.reason,
            version=response.version,
            headers=response.getheaders(),
            will_close=response.will_close,
        )
        pieces = []
        try:
            for piece in pieces_of(response, case["read"]):
                pieces.append(piece)
        except Exception as error:
            told["exception"] = thrown(error, "read")
        body = b"".join(pieces)
        if len(body) > 4096:
            told.update(body=None, body_sha256=hashlib.sha256(body).hexdigest())
        else:
            told["body"] = body.decode("latin-1")
        if case["read"] not in ("all", "none"):
            sizes = [len(piece) for piece in pieces]
            told["pieces"] = sizes if case["read"].startswith("read1") else sizes[:60]
    try:
        connection.putrequest("GET", "/next")
        following = "ok"
    except Exception as error:
        following = type(error).__name__
    return {**told, "end": {"next_putrequest": following}}


def argument(value):
    return value["b"].encode("latin-1") if isinstance(value, dict) else value


BODIES = {
    "str": lambda text: text,
    "bytes": lambda text: text.encode("latin-1"),
    "bytearray": lambda text: bytearray(text, "latin-1"),
    "list": lambda texts: [text.encode("latin-1") for text in texts],
    "iter": lambda texts: iter([text.encode("latin-1") for text in texts]),
    "binfile": lambda text: io.BytesIO(text.encode("latin-1")),
    "textfile": io.StringIO,
    "int": int,
}


def body_of(described):
    return described and BODIES[described[0]](described[1])


class Calls:
    """The calls that a request case makes, by their names there. A string that comes back is logged."""

    def __init__(self, connection):
        self.connection = connection
        self.response = None

    def request(self, method, url, body=None, fields=(), options=None):
        fields = {name: argument(value) for name, value in fields}
        self.connection.request(method, url, body_of(body), fields, **(options or {}))

    def putrequest(self, method, url, options=None):
        self.connection.putrequest(method, url, **(options or {}))

    def putheader(self, *values):
        self.connection.putheader(*map(argument, values))

    def endheaders(self, body=None, options=None):
        self.connection.endheaders(body_of(body), **(options or {}))

    def send(self, data):
        self.connection.send(body_of(data))

    def getresponse(self):
        self.response = self.connection.getresponse()

    def read(self, *amount):
        return "read -> %r" % (self.response.read(*amount),)

    def close_response(self):
        self.response.close()

    def set_tunnel(self, host, port=None, fields=None):
        self.connection.set_tunnel(host, port, dict(fields) if fields else None)

    def proxy_headers(self):
        fields = self.connection.get_proxy_response_headers()
        return "proxy_headers -> %r" % (None if fields is None else fields.items(),)

    def set_debuglevel(self, level):
        self.connection.set_debuglevel(level)

    def connect(self):
        self.connection.connect()

    def close(self):
        self.connection.close()


class PlainContext:
    """In place of an SSLContext: notes the name that is asked for, and encrypts nothing."""

    def __init__(self, log):
        self.log = log

    def wrap_socket(self, wire, server_hostname):
        self.log.append("wrap_socket server_hostname=%r" % server_hostname)
        return wire


def play_request(case):
    told = {"sent": [], "log": []}
    try:
        connection = getattr(http.client, case["cls"])(*case["args"], **case["kwargs"])
    except Exception as error:
        return {**told, "exception": thrown(error, "constructor")}
    told.update(host=connection.host, port=connection.port)
    wires = []

    def create_connection(address, *_):
        told["log"].append("connect %s:%s" % address)
        reply = case["replies"][len(wires)] if len(wires) < len(case["replies"]) else ""
        parts = [reply] if isinstance(reply, str) else reply
        wires.append(Wire([part.encode("latin-1") for part in parts]))
        return wires[-1]

    connection._create_connection = create_connection
    connection._context = PlainContext(told["log"])
    calls = Calls(connection)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        for name, *arguments in case["ops"]:
            try:
                result = getattr(calls, name)(*arguments)
                if isinstance(result, str):
                    told["log"].append(result)
            except Exception as error:
                told["log"].append("%s raised %s: %s" % (name, type(error).__name__, error))
    told["sent"] = [wire.sent for wire in wires]
    told["stdout"] = printed.getvalue()
    return told


cases = json.load(sys.stdin)
outcomes = {
    "responses": [play_response(case) for case in cases["responses"]],
    "requests": [play_request(case) for case in cases["requests"]],
}
json.dump(outcomes, sys.stdout)
