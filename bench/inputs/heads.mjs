// The heads that the benches read, and the body behind the small one. Data only: nothing here measures. A head carries what
// a parser has to say of it beside its bytes, made from the same lists, so that a bench can check before it times.
//
// request: 9 fields in 703 bytes, a browser's request for a picture, of the shape and size of the request that HTTP parsers
//          are customarily measured with since picohttpparser.
// json:    8 fields, a small JSON answer of an interface.
// cdn:     20 fields as a content delivery network sends them.
// edge:    20 other fields of another such network; it only takes turns with cdn.

import { redrawn, seeded, successor, varied } from './variation.mjs';

const TARGET = '/app-uploads/assets/2019/11/grey-heron-over-frozen-lake.jpg';

const REQUEST = [
  ['Host', 'www.heronpost.com'],
  [
    'User-Agent',
    'Mozilla/5.0 (Macintosh; U; Intel Mac OS X 10.6; fr-FR-mac; rv:1.9.2.8) Gecko/20100722 Firefox/3.6.8 Feedread/1.4',
  ],
  ['Accept', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'],
  ['Accept-Language', 'fr,en-gb;q=0.7,en;q=0.3'],
  ['Accept-Encoding', 'gzip,deflate'],
  ['Accept-Charset', 'ISO-8859-1,utf-8;q=0.7,*;q=0.7'],
  ['Keep-Alive', '300'],
  ['Connection', 'keep-alive'],
  [
    'Cookie',
    'app_seen_birds=41; app_seen_birds_last=1279801123; __visit=184730215.1279800042.1279712377.1279799861.1279801098.7; ' +
      '__origin=184730215.1279800042.3.2.campaign=(referral)|source=feeds.example-post.net|content=/reads/|medium=referral',
  ],
];

/** The body of the small answer: 27 bytes. */
export const JSON_BODY = '{"id":12345,"name":"small"}';

export const JSON_FIELDS = [
  ['Date', 'Tue, 21 Jul 2026 10:18:42 GMT'],
  ['Content-Type', 'application/json; charset=utf-8'],
  ['Content-Length', String(JSON_BODY.length)],
  ['Connection', 'keep-alive'],
  ['Server', 'api/2.18.4'],
  ['Cache-Control', 'private, no-store'],
  ['ETag', '"1b-9d1f0c6e5b1a7f20"'],
  ['X-Request-Id', '7f0c1d92-5b6e-4a38-9e21-c40d8a7be613'],
];

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

const EDGE = [
  ['Server', 'edgefront/3.1'],
  ['Content-Type', 'application/javascript; charset=utf-8'],
  ['X-Trace-Id', 'Root=1-669ce042-4be7f1a03c5d92e86b1f7a20'],
  ['Last-Modified', 'Thu, 16 Jul 2026 07:31:09 GMT'],
  ['ETag', 'W/"17d2c-0c9be25f6a3d8471e9"'],
  ['Cache-Control', 'public, max-age=604800, immutable'],
  ['Access-Control-Allow-Origin', '*'],
  ['Access-Control-Expose-Headers', 'Content-Length, ETag, X-Edge-Location'],
  ['Timing-Allow-Origin', '*'],
  ['Cross-Origin-Resource-Policy', 'cross-origin'],
  ['Referrer-Policy', 'strict-origin-when-cross-origin'],
  ['Alt-Svc', 'h3=":443"; ma=86400'],
  ['Content-Length', '97580'],
  ['Date', 'Tue, 21 Jul 2026 10:18:42 GMT'],
  ['Connection', 'keep-alive'],
  ['Vary', 'Origin'],
  ['X-Edge-Location', 'CDG52-P4'],
  ['X-Edge-Cache', 'Hit from edgefront'],
  ['X-Edge-Id', 'q7Yw3nZkUe0aVb9TtX1rLc5GhJmPd2Ss8fQiOoKxWvNyBuEzRlCA6Q=='],
  ['Server-Timing', 'edge-cache;desc="HIT", edge-pop;desc="CDG52-P4"'],
];

/** Values whose length differs from one head to the next when heads vary. */
const OPAQUE = new Set([
  'ETag', 'Via', 'X-Cache', 'X-Served-By', 'X-Request-Id', 'Set-Cookie', 'Content-Security-Policy', 'Host', 'User-Agent', 'Cookie',
]);

function head(startLine, facts, fields) {
  const text = `${startLine}\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  return { ...facts, fields, bytes: Buffer.from(text, 'latin1') };
}

const responseHead = (fields) => head('HTTP/1.1 200 OK', { status: 200, reason: 'OK' }, fields);
const requestHead = (target, fields) => head(`GET ${target} HTTP/1.1`, { method: 'GET', target }, fields);

/** The small answer as a server sends it, head and body. */
export const JSON_ANSWER = Buffer.concat([responseHead(JSON_FIELDS).bytes, Buffer.from(JSON_BODY)]);

const COUNT = 256;

/** COUNT heads, each made by `make` from its number and one generator. */
function many(seed, make) {
  const random = seeded(seed);
  return Array.from({ length: COUNT }, (_, n) => make(n, random));
}

const RESPONSE = { kind: 'response', lookups: ['content-type', 'content-length'] };
const OF_REQUEST = { kind: 'request', lookups: ['host', 'cookie'] };

/** The sets of heads: what they are, the two names that a look-up asks them for, and one head or many. */
export const HEADS = {
  request: { ...OF_REQUEST, title: 'request, repeated', heads: [requestHead(TARGET, REQUEST)] },
  'request-varied': {
    ...OF_REQUEST,
    title: `request, ${COUNT} varied`,
    heads: many(3, (n, random) => requestHead(redrawn(TARGET, random), varied(REQUEST, OPAQUE, random))),
  },
  json: { ...RESPONSE, title: 'json, repeated', heads: [responseHead(JSON_FIELDS)] },
  'json-varied': { ...RESPONSE, title: `json, ${COUNT} varied`, heads: many(2, (n, random) => responseHead(varied(JSON_FIELDS, OPAQUE, random))) },
  cdn: { ...RESPONSE, title: 'cdn, repeated', heads: [responseHead(CDN)] },
  'cdn-varied': { ...RESPONSE, title: `cdn, ${COUNT} varied`, heads: many(1, (n, random) => responseHead(varied(CDN, OPAQUE, random))) },
  'cdn-successive': {
    ...RESPONSE,
    title: `cdn, ${COUNT} successive of one server`,
    heads: many(4, (n, random) => responseHead(successor(CDN, n, random))),
  },
  'cdn-alternating': {
    ...RESPONSE,
    title: `cdn, ${COUNT} of two servers in turn`,
    heads: many(5, (n, random) => responseHead(successor(n % 2 === 0 ? CDN : EDGE, n, random))),
  },
};
