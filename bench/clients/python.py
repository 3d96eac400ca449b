# Python's own http.client, as a peer: python3 python.py CASE ADDRESSES WARMUP COUNT prints what support/one-client.mjs prints;
# without arguments, the names of the cases that it can do.

import http.client
import json
import resource
import ssl
import sys
import time

HOST = "127.0.0.1"
DOWNLOAD_SIZE = 256 << 20
UPLOAD_SIZE = 100 << 20
PIECE = b"x" * 65536


def expect(right, what):
    if not right:
        raise SystemExit(f"wrong answer: {what}")


def get(connection, path, headers={}):
    connection.request("GET", path, headers=headers)
    return connection.getresponse()


def expect_json(response):
    text = response.read().decode()
    expect(response.status == 200 and len(json.loads(text)) > 0 and len(text) == 27, text)


def json_case(connection):
    expect_json(get(connection, "/json/12345"))


def json_fields(connection):
    response = get(connection, "/json/12345")
    expect(len(response.getheaders()) == 8, "fields")
    expect_json(response)


def page(connection):
    expect(len(get(connection, "/page").read().decode()) == 2048, "page")


def chunks(connection):
    expect(len(get(connection, "/chunks").read()) == 65536, "chunks")


def readinto(connection):
    response, memory, total = get(connection, "/download"), bytearray(1 << 20), 0
    while length := response.readinto(memory):
        total += length
    expect(total == DOWNLOAD_SIZE, total)


def pieces(connection):
    response, total = get(connection, "/download"), 0
    while piece := response.read1(65536):
        total += len(piece)
    # read1() did not see the end of a sized body by itself before CPython 3.12.2 (gh-113199).
    response.close()
    expect(total == DOWNLOAD_SIZE, total)


def upload(connection):
    body = (PIECE for _ in range(UPLOAD_SIZE // len(PIECE)))
    connection.request("POST", "/upload", body, {"Content-Length": str(UPLOAD_SIZE)})
    expect_json(connection.getresponse())


def plain(addresses):
    return http.client.HTTPConnection(HOST, addresses["port"])


def secure(addresses):
    context = ssl.create_default_context(cadata=addresses["ca"])
    # The certificates of a run are bare ones.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.check_hostname = False
    return http.client.HTTPSConnection(HOST, addresses["tlsPort"], context=context)


CASES = {
    "json": (plain, json_case),
    "json-fields": (plain, json_fields),
    "page": (plain, page),
    "chunks": (plain, chunks),
    "readinto": (plain, readinto),
    "pieces": (plain, pieces),
    "upload": (plain, upload),
    "tls": (secure, json_case),
}

if len(sys.argv) == 1:
    print(*CASES)
else:
    name, addresses, warm_up, count = sys.argv[1:]
    opened, one = CASES[name]
    connection = opened(json.loads(addresses))
    for _ in range(int(warm_up)):
        one(connection)
    before = time.process_time()
    for _ in range(int(count)):
        one(connection)
    cpu = (time.process_time() - before) * 1e6 / int(count)
    connection.close()
    print(json.dumps({"cpu": cpu, "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
