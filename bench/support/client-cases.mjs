// What clients are compared at. A client (../clients/) gives for each case that it can do a function of { port, tlsPort, ca }, which
// returns { run, close }: run(count) does the work so many times and throws at a wrong answer.

const SMALL = { warmUp: 15_000, count: 15_000, unit: 'µs per request', scale: 1 };
const TRANSFER = { warmUp: 1, count: 2, unit: 'ms', scale: 1000 };
// Until then it is the interpreter that is measured.
const HANDSHAKES = { warmUp: 3000, count: 1000, unit: 'µs per request', scale: 1 };

export const CASES = {
  json: { title: '(a) 8 fields, 27 bytes of JSON as text, one connection, each awaited', ...SMALL },
  'json-fields': { title: '(a) the same, every field read as strings', ...SMALL },
  page: { title: '(b) 20 fields, 2 KiB as text', ...SMALL },
  chunks: { title: '(c) 64 KiB in chunks of 1 KiB, as bytes', ...SMALL, warmUp: 5000, count: 5000 },
  readinto: { title: '(d) 256 MiB downloaded into the caller’s memory', ...TRANSFER },
  pieces: { title: '(d) 256 MiB downloaded piece by piece', ...TRANSFER },
  upload: { title: '(e) 100 MiB streamed up in pieces of 64 KiB', ...TRANSFER },
  tls: { title: '(f) HTTPS, otherwise as (a)', ...SMALL },
  'tls-full': { title: '(g) a new TLS connection for each request, full handshake', ...HANDSHAKES },
  'tls-resumed': { title: '(g) a new TLS connection for each request, resumed', ...HANDSHAKES },
  pool: { title: '(h) 50 connections, 50 requests at a time, otherwise as (a)', ...SMALL, warmUp: 30_000, count: 30_000 },
};
