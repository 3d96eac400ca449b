"""Plays requests on one http.client connection: target and limits are the argument, requests come on standard input, outcomes go
to standard output, all as JSON, a line each."""

import http.client
import json
import socket
import ssl
import sys

target = json.loads(sys.argv[1])
host, port = target["host"], target.get("proxy") or target["port"]
timeout = target["idle"] / 1000

if target.get("unresolved"):

    def unresolved(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    socket.getaddrinfo = unresolved

if "ca" in target:
    context = ssl.create_default_context(cadata=target["ca"] or None)
    # 3.13 also asks for extensions of the authority that the certificates made for tests do not have.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    connection = http.client.HTTPSConnection(host, port, timeout=timeout, context=context)
else:
    connection = http.client.HTTPConnection(host, port, timeout=timeout)
if target.get("proxy"):
    connection.set_tunnel(host, target["port"])


def pieces(left):
    while left > 0:
        yield b"x" * min(left, 65536)
        left -= 65536


def send(request):
    body, headers = request.get("body"), {}
    if "upload" in request:
        body, headers = pieces(request["upload"]), {"Content-Length": str(request["upload"])}
    try:
        connection.request(request.get("method", "GET"), "/", body, headers)
        response = connection.getresponse()
        return {"status": response.status, "body": response.read().decode("latin-1")}
    except Exception as error:
        # What a caller has to do before the connection serves another request.
        connection.close()
        return {"error": type(error).__name__, "message": str(error)}


for line in sys.stdin:
    print(json.dumps(send(json.loads(line))), flush=True)
