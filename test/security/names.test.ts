// Names that mean something to JavaScript mean nothing in a message: CVE-2026-21710 (node: a field named __proto__), CVE-2020-7598
// and its like (prototype pollution).

import { describe, expect, test } from '@jest/globals';
import { parseRequest } from '../../src/parser.js';
import { HTTPMessage, PoolManager, type InformationalResponse } from '../../src/index.js';
import { afterwards, connectionTo, get, serve, sized } from '../client/harness.js';

const NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'then',
  '__defineGetter__',
  'length',
  'get',
];
const FIELDS = NAMES.map((name) => `${name}: value of ${name}\r\n`).join('');

const untouched = (): void => {
  expect([Object.keys(Object.prototype), ({} as { polluted?: unknown }).polluted]).toEqual([[], undefined]);
};

function check(headers: HTTPMessage): void {
  for (const name of NAMES) {
    expect([name, headers.get(name), headers.get(name.toUpperCase()), headers.get_all(name), headers.has(name)]).toEqual([
      name,
      `value of ${name}`,
      `value of ${name}`,
      [`value of ${name}`],
      true,
    ]);
  }
  expect(headers.keys().slice(0, NAMES.length)).toEqual(NAMES);
  expect(headers.get('isPrototypeOf')).toBeNull();
  untouched();
}

describe('received', () => {
  test('in heads, interim heads and trailers, again and again, as names that are learned and templates', async () => {
    const at = await serve(async (peer) => {
      for (;;) {
        await peer.head();
        await peer.write(
          `HTTP/1.1 103 Early Hints\r\n${FIELDS}\r\nHTTP/1.1 200 OK\r\n${FIELDS}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n${FIELDS}\r\n`,
        );
      }
    });
    const connection = connectionTo(at);
    for (let n = 0; n < 4; n++) {
      const interim: InformationalResponse[] = [];
      await connection.request('GET', '/', null, null, { onInformational: (head) => interim.push(head) });
      const response = await connection.getresponse();
      expect(await response.text()).toBe('a');
      for (const headers of [response.headers, interim[0]!.headers, response.trailers!]) check(headers);
      expect(response.getheader('__proto__')).toBe('value of __proto__');
      expect([response.getheader('isPrototypeOf'), response.getheader('hasownproperty')]).toEqual([null, 'value of hasOwnProperty']);
      expect([...response.headers.toHeaders()].filter(([name]) => name === '__proto__')).toHaveLength(1);
    }
  });

  test('in a response that lacks them', async () => {
    const at = await serve((peer) => peer.answer(sized('a')));
    const { headers } = await get(connectionTo(at));
    for (const name of NAMES) expect([name, headers.get(name), headers.has(name)]).toEqual([name, null, false]);
  });

  test('as parameters of Content-Type', async () => {
    const message = new HTTPMessage([['Content-Type', 'a/b; __proto__=polluted; constructor=polluted; charset=__proto__']]);
    expect([message.get_param('__proto__'), message.get_param('toString'), message.get_content_charset()]).toEqual([
      'polluted',
      null,
      '__proto__',
    ]);
    const at = await serve((peer) => peer.answer(sized('a', 'HTTP/1.1 200 OK', 'Content-Type: text/plain; charset=__proto__')));
    await expect((await get(connectionTo(at))).text()).rejects.toThrow(/no decoder for the charset/);
    untouched();
  });
});

describe('sent', () => {
  test.each<[form: string, headers: () => any]>([
    ['an object', () => JSON.parse(`{${NAMES.map((name) => `"${name}": "value of ${name}"`).join(',')}}`)],
    ['pairs', () => NAMES.map((name) => [name, `value of ${name}`])],
    ['a Map', () => new Map(NAMES.map((name) => [name, `value of ${name}`]))],
    ['an HTTPMessage', () => new HTTPMessage(NAMES.map((name) => [name, `value of ${name}`]))],
  ])('given as %s', async (_, headers) => {
    const at = await serve((peer) => peer.answer(sized('a')));
    await (await get(connectionTo(at))).read();
    const pool = new PoolManager();
    afterwards(() => pool.destroy());
    await (await pool.request('GET', `http://${at.host}:${at.port}/`, { headers: headers() })).read();
    check(new HTTPMessage(parseRequest(at.peers[1]!.received).headers.items().slice(2)));
  });

  test('what an object inherits is not sent', async () => {
    const at = await serve((peer) => peer.answer(sized('a')));
    const connection = connectionTo(at);
    await connection.request('GET', '/', null, Object.create({ inherited: 'x' }) as Record<string, string>);
    await (await connection.getresponse()).read();
    expect(String(at.peers[0]!.received)).not.toContain('inherited');
  });
});

test.each(['__proto__', 'constructor'])('a host, a quirk and an option named %s', async (name) => {
  const pool = new PoolManager({ lookup: (_host, _options, callback) => callback(new Error('nobody'), '', 4) });
  afterwards(() => pool.destroy());
  await expect(pool.request('GET', `http://${name}/`)).rejects.toThrow('nobody');
  expect(Object.keys(pool.stats.origins)).toEqual([`http://${name}`]);
  expect(() => connectionTo({ host: 'h', port: 1 }, { lenient: JSON.parse(`{"${name}": true}`) as object })).toThrow(TypeError);
  untouched();
});
