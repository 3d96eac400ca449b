// Headlong, through its public names.

import { checkServerIdentity } from 'node:tls';
import { HTTPConnection, HTTPSConnection, PoolManager } from 'headlong';
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

const over = (connection, one) => ({ run: inTurn(() => one(connection)), close: () => connection.close() });
const plain =
  (one) =>
  ({ port }) =>
    over(new HTTPConnection(HOST, port), one);

async function json(connection) {
  await connection.request('GET', JSON_PATH);
  const response = await connection.getresponse();
  expectJson(response.status, await response.text());
}

async function jsonFields(connection) {
  await connection.request('GET', JSON_PATH);
  const response = await connection.getresponse();
  expectLength(response.getheaders().length, ANSWERS[JSON_PATH].fields.length);
  expectJson(response.status, await response.text());
}

async function page(connection) {
  await connection.request('GET', PAGE_PATH);
  const response = await connection.getresponse();
  expectLength((await response.text()).length, ANSWERS[PAGE_PATH].body.length);
}

async function chunks(connection) {
  await connection.request('GET', CHUNKS_PATH);
  const response = await connection.getresponse();
  expectLength((await response.bytes()).length, ANSWERS[CHUNKS_PATH].body.length);
}

const memory = new Uint8Array(1 << 20);
async function readinto(connection) {
  await connection.request('GET', DOWNLOAD_PATH);
  const response = await connection.getresponse();
  let total = 0;
  for (let length = await response.readinto(memory); length > 0; length = await response.readinto(memory)) total += length;
  expectLength(total, DOWNLOAD_SIZE);
}

async function pieces(connection) {
  await connection.request('GET', DOWNLOAD_PATH);
  const response = await connection.getresponse();
  let total = 0;
  for await (const piece of response.chunks()) total += piece.length;
  expectLength(total, DOWNLOAD_SIZE);
}

function* content() {
  for (let left = UPLOAD_SIZE; left > 0; left -= PIECE.length) yield PIECE;
}

async function upload(connection) {
  await connection.request('POST', UPLOAD_PATH, content(), { 'Content-Length': UPLOAD_SIZE });
  const response = await connection.getresponse();
  expectJson(response.status, await response.text());
}

const secure =
  (one, options = {}) =>
  ({ tlsPort, ca }) =>
    over(new HTTPSConnection(HOST, tlsPort, { ca, servername: 'localhost', ...options }), one);
const handshake = async (connection) => {
  await json(connection);
  connection.close();
};

function pool({ port }) {
  const manager = new PoolManager({ connections: 50 });
  const url = `http://${HOST}:${port}${JSON_PATH}`;
  const run = abreast(50, async () => {
    const response = await manager.request('GET', url);
    expectJson(response.status, await response.text());
  });
  return { run, close: () => manager.destroy() };
}

export default {
  json: plain(json),
  'json-fields': plain(jsonFields),
  page: plain(page),
  chunks: plain(chunks),
  readinto: plain(readinto),
  pieces: plain(pieces),
  upload: plain(upload),
  tls: secure(json),
  // A session belongs to a verification: with one of the caller's own there is none to resume.
  'tls-full': secure(handshake, { checkServerIdentity }),
  'tls-resumed': secure(handshake),
  pool,
};
