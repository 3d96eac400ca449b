// The response heads that the benches read, and the body behind the small one. Data and its seeded variation only: nothing
// here measures. A bench takes its expected answer from the same lists that made the bytes, so it can check before it times.
//
// cdn:  20 fields as a content delivery network sends them.
// json: 8 fields, a small JSON answer of an interface.

const CDN = [
  ['Date', 'Tue, 21 Jul 2026 10:18:42 GMT'],
  ['Content-Type', 'text/html; charset=utf-8'],
  ['Content-Length', '48213'],
  ['Connection', 'keep-alive'],
  ['Server', 'nginx'],
  ['Cache-Control', 'public, max-age=31536000, s-maxage=86400, stale-while-revalidate=600'],
  ['Last-Modified', 'Mon, 20 Jul 2026 22:04:11 GMT'],
  ['ETag', 'W/"bc55-18f3a9d07e2c41b6f0"'],
  ['Expires', 'Wed, 21 Jul 2027 10:18:42 GMT'],
  ['Vary', 'Accept-Encoding, Accept-Language'],
  ['Accept-Ranges', 'bytes'],
  ['Age', '10467'],
  ['Via', '1.1 varnish, 1.1 8d3f0c6e5b1a.edge.example.net (CloudEdge)'],
  ['X-Cache', 'HIT from edge-fra-07, MISS from shield-ams-02'],
  ['X-Served-By', 'cache-fra-eddf8230051-FRA'],
  ['X-Request-Id', '7f0c1d92-5b6e-4a38-9e21-c40d8a7be613'],
  ['Strict-Transport-Security', 'max-age=63072000; includeSubDomains; preload'],
  ['X-Content-Type-Options', 'nosniff'],
  ['Content-Security-Policy', "default-src 'self'; img-src 'self' https://img.example.net; frame-ancestors 'none'"],
  ['Set-Cookie', 'session=5f2d8a1c7b904e63; Path=/; Max-Age=3600; HttpOnly; Secure; SameSite=Lax'],
];

/** The body of the small answer: 27 bytes. */
export const JSON_BODY = '{"id":12345,"name":"small"}';

const JSON_FIELDS = [
  ['Date', 'Tue, 21 Jul 2026 10:18:42 GMT'],
  ['Content-Type', 'application/json; charset=utf-8'],
  ['Content-Length', String(JSON_BODY.length)],
  ['Connection', 'keep-alive'],
  ['Server', 'api/2.18.4'],
  ['Cache-Control', 'private, no-store'],
  ['ETag', '"1b-9d1f0c6e5b1a7f20"'],
  ['X-Request-Id', '7f0c1d92-5b6e-4a38-9e21-c40d8a7be613'],
];

/** Values whose length differs from one answer to the next. */
const OPAQUE = new Set(['ETag', 'Via', 'X-Cache', 'X-Served-By', 'X-Request-Id', 'Set-Cookie', 'Content-Security-Policy']);

function headOf(fields) {
  const text = `HTTP/1.1 200 OK\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  return { status: 200, fields, bytes: Buffer.from(text, 'latin1') };
}

/** A small generator of numbers in [0, 1), the same for the same seed (mulberry32). */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 0x100000000;
  };
}

/** `count` heads of these fields: in another order each, digits redrawn, opaque values of another length. */
function varied(fields, count, seed) {
  const random = seeded(seed);
  const vary = ([name, value]) => {
    const redrawn = value.replace(/[0-9]/g, () => String(Math.floor(random() * 10)));
    return [name, OPAQUE.has(name) ? redrawn.slice(0, Math.ceil(value.length * (0.5 + random() / 2))).trimEnd() : redrawn];
  };
  return Array.from({ length: count }, () => {
    const shuffled = fields.map(vary);
    for (let at = shuffled.length - 1; at > 0; at--) {
      const other = Math.floor(random() * (at + 1));
      [shuffled[at], shuffled[other]] = [shuffled[other], shuffled[at]];
    }
    return headOf(shuffled);
  });
}

/** The small answer as a server sends it, head and body. */
export const JSON_ANSWER = Buffer.concat([headOf(JSON_FIELDS).bytes, Buffer.from(JSON_BODY)]);
export { JSON_FIELDS };

/** What the parser bench reads: a name and one head or many. */
export const HEADS = [
  { name: 'cdn, 20 fields, one head repeated', heads: [headOf(CDN)] },
  { name: 'cdn, 20 fields, 256 varied heads', heads: varied(CDN, 256, 1) },
  { name: 'json, 8 fields, one head repeated', heads: [headOf(JSON_FIELDS)] },
  { name: 'json, 8 fields, 256 varied heads', heads: varied(JSON_FIELDS, 256, 2) },
];
