// The examples of Python's http.client documentation, in Python's words and in ours, against servers of the tour's own
// on loopback. What is printed as ours is the source of what runs, and every answer is checked: the tour exits with 1
// if one is not as expected. It needs no network and ends by itself.

import { HTTPConnection, HTTPSConnection } from 'headlong';
import { startServers } from './support/servers.cjs';

// Should an answer never come, the tour fails rather than hangs.
const patience = setTimeout(() => {
  console.log('\nAn answer did not come.');
  process.exit(1);
}, 30_000);

const servers = await startServers();
const { httpPort, httpsPort, proxyPort, ca } = servers;
let failures = 0;
let seen = 0;

/** Prints the Python lines and ours, runs ours, prints what the server saw and what ours printed, and compares that. */
async function example(title, python, ours, expected) {
  console.log(`\n== ${title}\n`);
  for (const line of dedent(python)) console.log(`    # ${line}`);
  for (const line of dedent(String(ours).replace(/^async \(print\) => \{\n|\n *\}$/g, ''))) console.log(`    ${line}`);
  console.log();
  const printed = [];
  const print = (...values) => printed.push(values.join(' '));
  try {
    await ours(print);
  } catch (error) {
    print(`${error?.name}: ${error?.message}`);
  }
  for (const { method, url, connection, encrypted, body } of servers.log.slice(seen)) {
    const where = method === 'CONNECT' ? 'the proxy' : `connection ${connection}${encrypted ? ', TLS' : ''}`;
    console.log(`  > ${method} ${url}  (${where}${body === '' ? '' : `; ${body.length} bytes: ${JSON.stringify(body)}`})`);
  }
  seen = servers.log.length;
  for (const line of printed) console.log(`  < ${line}`);
  if (printed.join('\n') !== expected.join('\n')) {
    failures++;
    console.log(`  NOT AS EXPECTED:\n${expected.map((line) => `  ! ${line}`).join('\n')}`);
  }
}

function dedent(text) {
  const lines = text.split('\n').filter((line, n, all) => line.trim() !== '' || (n > 0 && n < all.length - 1));
  const margin = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(margin));
}

const conn = new HTTPConnection('localhost', httpPort);

await example(
  'GET, and a page that is not there, on one connection',
  `
  conn.request("GET", "/")
  r1 = conn.getresponse()
  print(r1.status, r1.reason)
  data1 = r1.read()
  conn.request("GET", "/parrot.spam")
  r2 = conn.getresponse()
  print(r2.status, r2.reason)
  data2 = r2.read()
  `,
  async (print) => {
    await conn.request('GET', '/');
    const r1 = await conn.getresponse();
    print(r1.status, r1.reason);
    const data1 = await r1.read(); // the whole body
    await conn.request('GET', '/parrot.spam');
    const r2 = await conn.getresponse();
    print(r2.status, r2.reason);
    const data2 = await r2.read();
    print(data1.length, data2.length);
  },
  ['200 OK', '404 Not Found', '603 26'],
);

await example(
  'Reading in pieces',
  `
  conn.request("GET", "/")
  r1 = conn.getresponse()
  while not r1.closed:
      print(len(r1.read(200)))
  `,
  async (print) => {
    await conn.request('GET', '/');
    const r1 = await conn.getresponse();
    while (!r1.closed) {
      print((await r1.read(200)).length);
    }
  },
  ['200', '200', '200', '3'],
);

await example(
  'HEAD',
  `
  conn.request("HEAD", "/")
  res = conn.getresponse()
  print(res.status, res.reason)
  data = res.read()
  print(len(data))
  `,
  async (print) => {
    await conn.request('HEAD', '/');
    const res = await conn.getresponse();
    print(res.status, res.reason);
    const data = await res.read();
    print(data.length, 'of', res.getheader('content-length'));
  },
  ['200 OK', '0 of 603'],
);

await example(
  'POST of a form',
  `
  params = urllib.parse.urlencode({"@number": 12524, "@type": "issue", "@action": "show"})
  headers = {"Content-type": "application/x-www-form-urlencoded", "Accept": "text/plain"}
  conn.request("POST", "", params, headers)
  response = conn.getresponse()
  print(response.status, response.reason)
  data = response.read()
  `,
  async (print) => {
    const params = new URLSearchParams({ '@number': 12524, '@type': 'issue', '@action': 'show' });
    const headers = { 'Content-type': 'application/x-www-form-urlencoded', Accept: 'text/plain' };
    await conn.request('POST', '', params, headers);
    const response = await conn.getresponse();
    print(response.status, response.reason);
    print(await response.text());
  },
  ['302 Found', 'Redirecting to /issue12524 with %40number=12524&%40type=issue&%40action=show'],
);

await example(
  'PUT',
  `
  BODY = "***filecontents***"
  conn.request("PUT", "/file", BODY)
  response = conn.getresponse()
  print(response.status, response.reason)
  `,
  async (print) => {
    const BODY = '***filecontents***';
    await conn.request('PUT', '/file', BODY);
    const response = await conn.getresponse();
    print(response.status, response.reason);
    await response.read();
  },
  ['200 OK'],
);

await example(
  'Chunked both ways, with trailers: a body whose length nobody knows beforehand',
  `
  def pieces():
      yield b"spam, "
      yield b"eggs, "
      yield b"and spam"
  conn.request("POST", "/echo", pieces())
  print(conn.getresponse().read())
  `,
  async (print) => {
    async function* pieces() {
      yield 'spam, ';
      yield 'eggs, ';
      yield 'and spam';
    }
    await conn.request('POST', '/echo', pieces(), {}, { trailers: { 'X-Trailer': 'the end' } });
    const response = await conn.getresponse();
    print(response.chunked, await response.text());
    print(response.trailers.get('x-length'), response.trailers.get('x-trailer'));
  },
  ['true spam, eggs, and spam', '20 the end'],
);

await example(
  'Through a proxy, by CONNECT, to a server with TLS',
  `
  conn = http.client.HTTPSConnection("localhost", proxy_port)
  conn.set_tunnel("localhost", https_port)
  conn.request("HEAD", "/index.html")
  res = conn.getresponse()
  print(res.status, res.reason)
  print(conn.get_proxy_response_headers())
  `,
  async (print) => {
    const tunnelled = new HTTPSConnection('localhost', proxyPort, { ca });
    tunnelled.set_tunnel('localhost', httpsPort);
    await tunnelled.request('HEAD', '/index.html');
    const res = await tunnelled.getresponse();
    print(res.status, res.reason);
    print(tunnelled.get_proxy_response_headers().get('via'));
    tunnelled.close();
  },
  ['200 OK', '1.1 tour'],
);

await example(
  'What goes over the wire',
  `
  conn.set_debuglevel(1)
  conn.request("GET", "/status")
  print(json.load(conn.getresponse()))
  `,
  async (print) => {
    conn.set_debuglevel(1);
    await conn.request('GET', '/status');
    const { ready, jobs } = await (await conn.getresponse()).json();
    print(ready, jobs);
    conn.set_debuglevel(0);
  },
  ['true 3'],
);

conn.close();
await servers.close();
clearTimeout(patience);
console.log(failures === 0 ? '\nEvery answer was as expected.' : `\n${failures} of the examples did not answer as expected.`);
process.exitCode = failures === 0 ? 0 : 1;
