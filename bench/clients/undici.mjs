// undici: request() of one Client, or of a Pool where there are several connections.

import { Readable, Writable } from 'node:stream';
import { buildConnector, Client, Pool } from 'undici';
import {
  ANSWERS,
  CHUNKS_PATH,
  DOWNLOAD_PATH,
  DOWNLOAD_SIZE,
  JSON_PATH,
  PAGE_PATH,
  PIECE,
  UPLOAD_PATH,
  UPLOAD_SIZE,
} from '../inputs/answers.mjs';
import { abreast, expectJson, expectLength, HOST, inTurn } from './check.mjs';

const over = (client, one) => ({ run: inTurn(() => one(client)), close: () => client.destroy() });
const plain =
  (one) =>
  ({ port }) =>
    over(new Client(`http://${HOST}:${port}`), one);
const getting = (path) => ({ method: 'GET', path });

const JSON_REQUEST = getting(JSON_PATH);
async function json(client) {
  const { statusCode, body } = await client.request(JSON_REQUEST);
  expectJson(statusCode, await body.text());
}

async function jsonFields(client) {
  const { statusCode, headers, body } = await client.request(JSON_REQUEST);
  expectLength(Object.entries(headers).length, ANSWERS[JSON_PATH].fields.length);
  expectJson(statusCode, await body.text());
}

const PAGE_REQUEST = getting(PAGE_PATH);
async function page(client) {
  expectLength((await (await client.request(PAGE_REQUEST)).body.text()).length, ANSWERS[PAGE_PATH].body.length);
}

const CHUNKS_REQUEST = getting(CHUNKS_PATH);
async function chunks(client) {
  expectLength((await (await client.request(CHUNKS_REQUEST)).body.bytes()).length, ANSWERS[CHUNKS_PATH].body.length);
}

const memory = new Uint8Array(1 << 20);
/** By stream(), undici's way without a Readable, into memory of the caller's. */
async function readinto(client) {
  let total = 0;
  await client.stream(
    getting(DOWNLOAD_PATH),
    () =>
      new Writable({
        write(piece, _, done) {
          memory.set(piece, total % (memory.length - piece.length));
          total += piece.length;
          done();
        },
      }),
  );
  expectLength(total, DOWNLOAD_SIZE);
}

async function pieces(client) {
  let total = 0;
  for await (const piece of (await client.request(getting(DOWNLOAD_PATH))).body) total += piece.length;
  expectLength(total, DOWNLOAD_SIZE);
}

async function* content() {
  for (let left = UPLOAD_SIZE; left > 0; left -= PIECE.length) yield PIECE;
}

async function upload(client) {
  const { statusCode, body } = await client.request({
    method: 'POST',
    path: UPLOAD_PATH,
    headers: { 'content-length': String(UPLOAD_SIZE) },
    body: Readable.from(content(), { objectMode: false, highWaterMark: 1 << 16 }),
  });
  expectJson(statusCode, await body.text());
}

const tls = ({ tlsPort, ca }) => over(new Client(`https://${HOST}:${tlsPort}`, { connect: { ca, servername: 'localhost' } }), json);

const handshakes =
  (maxCachedSessions) =>
  ({ tlsPort, ca }) => {
    const connector = buildConnector({ ca, servername: 'localhost', maxCachedSessions });
    const run = inTurn(async () => {
      const client = new Client(`https://${HOST}:${tlsPort}`, { connect: connector });
      await json(client);
      await client.destroy();
    });
    return { run, close() {} };
  };

function pool({ port }) {
  const client = new Pool(`http://${HOST}:${port}`, { connections: 50 });
  return { run: abreast(50, () => json(client)), close: () => client.destroy() };
}

export default {
  json: plain(json),
  'json-fields': plain(jsonFields),
  page: plain(page),
  chunks: plain(chunks),
  readinto: plain(readinto),
  pieces: plain(pieces),
  upload: plain(upload),
  tls,
  'tls-full': handshakes(0),
  'tls-resumed': handshakes(100),
  pool,
};
