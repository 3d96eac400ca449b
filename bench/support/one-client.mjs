// One client in a process of its own: node one-client.mjs NAME PORT WARM_UP COUNT. It sends WARM_UP requests and then COUNT more over
// one kept-alive connection, each awaited before the next, and prints the processor time of the latter as JSON. Every
// answer is checked: status and text of each, all fields of the first.
//
// Each client is a function of the port that returns { get, close }; get() resolves to what the check needs.

import assert from 'node:assert/strict';
import { JSON_ANSWER, JSON_BODY, JSON_FIELDS } from '../inputs/heads.mjs';

const HOST = '127.0.0.1';
const PATH = '/items/12345';

const CLIENTS = {
  /** The floor: one write, one read into a fixed buffer, one promise. It only counts bytes. */
  async floor(port) {
    const { connect } = await import('node:net');
    const buffer = new Uint8Array(65536);
    const request = `GET ${PATH} HTTP/1.1\r\nHost: ${HOST}:${port}\r\nAccept-Encoding: identity\r\n\r\n`;
    let got = 0;
    let resolve = null;
    const callback = (length) => {
      got += length;
      if (got < JSON_ANSWER.length) return true;
      const done = resolve;
      resolve = null;
      done();
      return true;
    };
    const socket = connect({ host: HOST, port, noDelay: true, onread: { buffer, callback } });
    const answer = { status: 200, text: JSON_BODY };
    return {
      async get(first) {
        got = 0;
        await new Promise((done) => {
          resolve = done;
          socket.write(request, 'latin1');
        });
        assert.equal(got, JSON_ANSWER.length);
        if (!first) return answer;
        assert.deepEqual(Buffer.from(buffer.subarray(0, got)), JSON_ANSWER);
        return { ...answer, fields: JSON_FIELDS };
      },
      close: () => socket.destroy(),
    };
  },

  async headlong(port) {
    const { HTTPConnection } = await import('headlong');
    const connection = new HTTPConnection(HOST, port);
    return {
      async get(first) {
        await connection.request('GET', PATH);
        const response = await connection.getresponse();
        const text = await response.text();
        return { status: response.status, text, fields: first ? response.getheaders() : undefined };
      },
      close: () => connection.close(),
    };
  },

  async 'headlong, all fields read'(port) {
    const { HTTPConnection } = await import('headlong');
    const connection = new HTTPConnection(HOST, port);
    return {
      async get() {
        await connection.request('GET', PATH);
        const response = await connection.getresponse();
        const fields = response.getheaders();
        return { status: response.status, text: await response.text(), fields };
      },
      close: () => connection.close(),
    };
  },

  async undici(port) {
    const { Client } = await import('undici');
    const client = new Client(`http://${HOST}:${port}`);
    const request = { method: 'GET', path: PATH };
    return {
      async get(first) {
        const response = await client.request(request);
        const text = await response.body.text();
        return { status: response.statusCode, text, fields: first ? Object.entries(response.headers) : undefined };
      },
      close: () => client.destroy(),
    };
  },

  async 'node:http'(port) {
    const { Agent, request } = await import('node:http');
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const options = { host: HOST, port, path: PATH, agent };
    return {
      get: (first) =>
        new Promise((resolve, reject) => {
          const sent = request(options, (response) => {
            let text = '';
            response.setEncoding('utf8');
            response.on('data', (piece) => {
              text += piece;
            });
            response.on('end', () =>
              resolve({ status: response.statusCode, text, fields: first ? Object.entries(response.headers) : undefined }),
            );
            response.on('error', reject);
          });
          sent.on('error', reject);
          sent.end();
        }),
      close: () => agent.destroy(),
    };
  },
};

const lowerCased = (fields) => fields.map(([name, value]) => [name.toLowerCase(), value]).sort();

const [name, port, warmUp, count] = process.argv.slice(2);
const client = await CLIENTS[name](Number(port));

async function ask(first) {
  const { status, text, fields } = await client.get(first);
  if (status !== 200 || text !== JSON_BODY) throw new Error(`${name} answered ${status} ${JSON.stringify(text)}`);
  if (first) assert.deepEqual(lowerCased(fields), lowerCased(JSON_FIELDS));
  else if (fields !== undefined) assert.equal(fields.length, JSON_FIELDS.length);
}

await ask(true);
for (let n = 0; n < Number(warmUp); n++) await ask(false);
const before = process.cpuUsage();
for (let n = 0; n < Number(count); n++) await ask(false);
const used = process.cpuUsage(before);
client.close();
console.log(JSON.stringify({ cpu: (used.user + used.system) / Number(count), rss: process.resourceUsage().maxRSS / 1024 }));
