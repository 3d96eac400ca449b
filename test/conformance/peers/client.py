"""http.client as a peer: reads a job a line as JSON from the standard input, writes what came of it as a line.

{"id", "port", "connection", "method", "target", "combined"} asks on the connection of that number, which is opened when it is first
named; {"id", "port", "send", "authority", "path"} sends the request of a vector. Connections lead to 127.0.0.1, whatever their
host. Byte strings are latin-1 strings in JSON.
"""

import http.client
import json
import socket
import sys
import threading

LIMIT = 4


def connection_to(port, *address):
    connection = http.client.HTTPConnection(*address, timeout=LIMIT)
    connection._create_connection = lambda *_: socket.create_connection(("127.0.0.1", port), LIMIT)
    return connection


def facts_of(response, combined):
    body = response.read().decode("latin-1")
    return {
        "status": response.status,
        "reason": response.reason,
        "headers": response.getheaders(),
        "combined": {name: response.getheader(name) for name in combined},
        "body": body,
        "body_length": len(body),
    }


def ask(job, told):
    connection = job["connections"].get(job["connection"])
    if connection is None:
        connection = job["connections"][job["connection"]] = connection_to(job["port"], "127.0.0.1", job["port"])
    connection.request(job["method"], job["target"])
    told.update(facts_of(connection.getresponse(), job["combined"]))


class WithText:
    """An object whose text is given."""

    def __init__(self, text):
        self.text = text

    def __str__(self):
        return self.text


def argument(value):
    if isinstance(value, dict):
        return WithText(json.loads(value["toString"].removeprefix("<returns ").removesuffix(">")))
    return value


def send(job, told):
    asked = job["send"]
    connection = connection_to(job["port"], job["authority"])
    if asked.get("http_version") == "1.0":
        connection._http_vsn, connection._http_vsn_str = 10, "HTTP/1.0"
    if "tunnel_host" in asked:
        connection.set_tunnel(asked["tunnel_host"], headers=asked["tunnel_headers"])
    for one in asked.get("sequence", [asked]):
        method, target, body, fields = one.get("method", "GET"), job["path"], one.get("body"), one.get("headers", {})
        if isinstance(body, list):
            body = (piece.encode("latin-1") for piece in body)
        if isinstance(fields, list):
            # request() takes one field of a name: more are for the calls below it.
            connection.putrequest(method, target)
            for name, value in fields:
                connection.putheader(name, value)
            connection.endheaders(body.encode("latin-1"))
        else:
            connection.request(method, target, body, {name: argument(value) for name, value in fields.items()})
        connection.getresponse().read()
    connection.close()


def work(job, output):
    told = {"id": job["id"]}
    try:
        send(job, told) if "send" in job else ask(job, told)
    except Exception as error:
        told["error"] = [type(error).__name__, str(error)]
    with output:
        print(json.dumps(told), flush=True)


connections, output = {}, threading.Lock()
for line in sys.stdin:
    threading.Thread(target=work, args=({**json.loads(line), "connections": connections}, output), daemon=True).start()
