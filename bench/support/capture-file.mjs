// A capture of known exchanges, written to a file: connections that take turns, keep-alive, sized and chunked bodies, acknowledgments as
// TCP sends them; one segment in a hundred comes after the next one, one comes twice. The same for the same size, on every machine.

import { createWriteStream } from 'node:fs';
import { once } from 'node:events';

const CONNECTIONS = 64;
const MSS = 1460;
const EXCHANGES = 8;

function prng(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = prng(1);
const noise = Buffer.from(Array.from({ length: 1 << 20 }, () => Math.floor(random() * 256)));
const token = (length) => Array.from({ length }, () => Math.floor(random() * 36).toString(36)).join('');

/** [bytes, bytes of its body] */
function exchange(n) {
  const request =
    `GET /${token(8)}/${n} HTTP/1.1\r\nHost: ${token(6)}.example\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:129.0)\r\n` +
    `Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8\r\nAccept-Encoding: gzip, deflate\r\nCookie: id=${token(32)}\r\n\r\n`;
  // A few are long, most are not.
  const length = Math.floor(random() < 0.01 ? 1e6 * (1 + random()) : 500 * 2 ** (7 * random()));
  const at = Math.floor(random() * ((1 << 20) - 65536));
  const body =
    length > 65536
      ? Buffer.concat(Array.from({ length: Math.ceil(length / 65536) }, () => noise.subarray(at, at + 65536))).subarray(0, length)
      : noise.subarray(at, at + length);
  const isChunked = random() < 0.35;
  const head = Buffer.from(
    `HTTP/1.1 200 OK\r\nDate: Mon, 02 Sep 2024 10:11:12 GMT\r\nServer: nginx/1.26.1\r\nContent-Type: application/octet-stream\r\n` +
      `ETag: "${token(20)}"\r\nCache-Control: max-age=3600\r\n${isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`}\r\n\r\n`,
  );
  if (!isChunked) return [Buffer.from(request), Buffer.concat([head, body]), length];
  const parts = [head];
  for (let from = 0; from < length;) {
    const size = [200, 1000, 4096, 16384][Math.floor(random() * 4)];
    const piece = body.subarray(from, from + size);
    parts.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n'));
    from += size;
  }
  parts.push(Buffer.from('0\r\n\r\n'));
  return [Buffer.from(request), Buffer.concat(parts), length];
}

let time = 1_725_271_000_000_000;

function frame(id, side, seq, ack, flags, data) {
  const bytes = Buffer.alloc(16 + 54 + data.length);
  time += 1 + Math.floor(random() * 40);
  bytes.writeUInt32LE(Math.floor(time / 1e6), 0);
  bytes.writeUInt32LE(time % 1e6, 4);
  bytes.writeUInt32LE(54 + data.length, 8);
  bytes.writeUInt32LE(54 + data.length, 12);
  bytes.writeUInt16BE(0x0800, 28);
  bytes[30] = 0x45;
  bytes.writeUInt16BE(40 + data.length, 32);
  bytes[38] = 64;
  bytes[39] = 6;
  const ends = [0x0a000001 + (id >> 14), 0xc0000201];
  const ports = [1024 + (id & 0x3fff), 80];
  bytes.writeUInt32BE(ends[side], 42);
  bytes.writeUInt32BE(ends[1 - side], 46);
  bytes.writeUInt16BE(ports[side], 50);
  bytes.writeUInt16BE(ports[1 - side], 52);
  bytes.writeUInt32BE(seq >>> 0, 54);
  bytes.writeUInt32BE(ack >>> 0, 58);
  bytes[62] = 0x50;
  bytes[63] = flags;
  data.copy(bytes, 70);
  return bytes;
}

/** The frames of one connection; returns its exchanges and their body bytes. */
function* connection(id) {
  const next = [Math.floor(random() * 2 ** 32), Math.floor(random() * 2 ** 32)];
  const say = (side, flags, data = Buffer.alloc(0)) => {
    const bytes = frame(id, side, next[side], flags & 16 ? next[1 - side] : 0, flags, data);
    next[side] += data.length + (flags & 3 ? 1 : 0);
    return bytes;
  };
  yield say(0, 2);
  yield say(1, 18);
  yield say(0, 16);
  let total = 0;
  for (let n = 0; n < EXCHANGES; n++) {
    const [request, response, length] = exchange(n);
    total += length;
    yield say(0, 24, request);
    let count = 0;
    for (let at = 0; at < response.length; at += MSS) {
      const one = say(1, 24, response.subarray(at, at + MSS));
      const chance = random();
      if (chance < 0.01 && at + MSS < response.length) {
        at += MSS;
        yield say(1, 24, response.subarray(at, at + MSS));
      }
      yield one;
      if (chance > 0.99) yield one;
      if (++count % 2 === 0) yield say(0, 16);
    }
  }
  yield say(1, 17);
  yield say(0, 17);
  yield say(1, 16);
  return total;
}

/** Writes a capture of about `size` bytes to `path`. Resolves to what is in it. */
export async function writeCapture(path, size) {
  const out = createWriteStream(path, { highWaterMark: 1 << 22 });
  const header = Buffer.alloc(24);
  [0xa1b2c3d4, 0x00040002, 0, 0, 262144, 1].forEach((value, n) => header.writeUInt32LE(value, 4 * n));
  out.write(header);
  const known = { bytes: 24, exchanges: 0, bodyBytes: 0 };
  let id = 0;
  const open = Array.from({ length: CONNECTIONS }, () => connection(id++));
  while (open.length > 0) {
    const turn = Math.floor(random() * open.length);
    for (let burst = 1 + Math.floor(random() * 8); burst > 0; burst--) {
      const { done, value } = open[turn].next();
      if (done) {
        known.exchanges += EXCHANGES;
        known.bodyBytes += value;
        if (known.bytes < size) open[turn] = connection(id++);
        else open.splice(turn, 1);
        break;
      }
      known.bytes += value.length;
      if (!out.write(value)) await once(out, 'drain');
    }
  }
  out.end();
  await once(out, 'finish');
  return known;
}
