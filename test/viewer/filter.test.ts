// The filter language: how a text becomes terms, and what they mean for an exchange.

import { describe, expect, test } from '@jest/globals';
import { FilterError, KEYS, parseFilter, STATES, toggled } from '../../viewer/filter/language.js';
import { matcherOf, type Subject } from '../../viewer/filter/match.js';
import type { Row } from '../../viewer/shared/protocol.js';
import { MEANINGS } from '../../viewer/shared/damage.js';

const ROW: Row = {
  id: 0,
  connection: 3,
  startedAt: 1000,
  host: 'api.Shop.example:8080',
  method: 'POST',
  target: '/v1/Items?page=2',
  status: 404,
  type: 'application/json',
  size: 12_345,
  timings: { send: 1, wait: 250, receive: 49 },
  flags: [],
  problem: null,
  encrypted: false,
};

function subject(changes: Partial<Row> = {}, bodies: readonly string[] = [], fields = ''): Subject {
  return { row: { ...ROW, ...changes }, fields: () => fields.toLowerCase(), bodies: () => bodies.map((body) => body.toLowerCase()) };
}

async function fits(filter: string, given: Subject): Promise<boolean> {
  const { quick, thorough } = matcherOf(parseFilter(filter));
  return quick(given) && (thorough === null || (await thorough(given)));
}

describe('one term', () => {
  test.each([
    ['', true],
    ['   ', true],
    ['items', true],
    ['ITEMS', true],
    ['spam', false],
    ['-spam', true],
    ['-items', false],
    ['"post api"', true],
    ['"api post"', false],
    ['shop.example:8080/v1/items', true],
    ['http://shop', false],
    ['a,b', false],
    ['host:shop', true],
    ['HOST:SHOP', true],
    ['host:spam,shop', true],
    ['host:items', false],
    ['-host:shop', false],
    ['target:"/v1/items?page=2"', true],
    ['target:v2', false],
    ['method:post', true],
    ['method:pos', false],
    ['method:get,post', true],
    ['type:json', true],
    ['type:image', false],
    ['status:404', true],
    ['status:4xx', true],
    ['status:5xx', false],
    ['status:5xx,4xx', true],
    ['status:400-403', false],
    ['status:400-404', true],
    ['status:>=404', true],
    ['status:>404', false],
    ['-status:2xx', true],
    ['size:>12k', true],
    ['size:>12.4kb', false],
    ['size:12345', true],
    ['size:<1M', true],
    ['size:12k-13k', true],
    ['wait:>200ms', true],
    ['wait:250', true],
    ['wait:>.25s', false],
    ['wait:<=.25s', true],
    ['time:300ms', true],
    ['time:<0.3s', false],
    ['connection:3', true],
    ['connection:30', false],
    ['is:damaged', false],
    ['-is:damaged', true],
  ])('%s: %s', async (filter, expected) => {
    expect(await fits(filter, subject())).toBe(expected);
  });

  test.each(['host:', '-host:', 'status:', 'body:""', 'host:,', '""', '-', 'body:'])(
    '%j, still being written, leaves out nothing',
    async (filter) => {
      expect(await fits(filter, subject({ target: '/-' }))).toBe(true);
    },
  );
});

describe('several terms', () => {
  test.each([
    ['host:shop status:404', true],
    ['host:shop status:200', false],
    ['  items   -spam ', true],
    ['items -shop', false],
  ])('%s: %s', async (filter, expected) => {
    expect(await fits(filter, subject())).toBe(expected);
  });
});

describe('fields and bodies', () => {
  test('header: looks into the field lines', async () => {
    const given = subject({}, [], 'Set-Cookie: id=7\n');
    expect(await fits('header:"set-cookie: id"', given)).toBe(true);
    expect(await fits('-header:cookie', given)).toBe(false);
    expect(await fits('cookie', given)).toBe(false);
  });

  test('body: looks into every body, and only if the rest fits', async () => {
    expect(await fits('body:STOCK', subject({}, ['nothing', 'out of Stock']))).toBe(true);
    expect(await fits('-body:stock', subject({}, ['nothing', 'out of stock']))).toBe(false);
    expect(await fits('body:a body:b', subject({}, ['a', 'b']))).toBe(true);
    expect(await fits('body:a body:c', subject({}, ['a', 'b']))).toBe(false);
    const unread: Subject = {
      ...subject(),
      bodies: () => {
        throw new Error('the body was read');
      },
    };
    expect(await fits('status:200 body:a', unread)).toBe(false);
  });
});

describe('states', () => {
  test.each([
    ['is:damaged', { flags: ['gap'] }, true],
    ['is:damaged', { flags: ['retransmitted'] }, false],
    ['is:damaged', { problem: 'the record is cut' }, true],
    ['is:gap', { flags: ['gap'] }, true],
    ['is:truncated,gap', { flags: ['gap'] }, true],
    ['is:no-response', { status: null }, true],
    ['is:no-response', {}, false],
    ['is:no-request', { method: '' }, true],
    ['status:>0', { status: null }, false],
    ['wait:>0', { status: null }, false],
  ] as const)('%s of %j: %s', async (filter, changes, expected) => {
    expect(await fits(filter, subject(changes))).toBe(expected);
  });

  test('connections that are encrypted are listed when they are asked for', async () => {
    const encrypted = subject({ encrypted: true, method: '', status: null, flags: ['encrypted'] });
    expect(await fits('', encrypted)).toBe(false);
    expect(await fits('-is:encrypted', encrypted)).toBe(false);
    expect(await fits('is:encrypted', encrypted)).toBe(true);
    expect(await fits('is:no-response', encrypted)).toBe(false);
    expect(await fits('is:encrypted', subject())).toBe(false);
  });

  test('every flag can be asked for', () => {
    expect(Object.keys(MEANINGS).filter((flag) => !(STATES as readonly string[]).includes(flag))).toEqual([]);
  });
});

describe('what is not understood', () => {
  test.each(['status:abc', 'status:', 'size:big', 'size:1x', 'wait:>', 'time:1s-', 'is:broken', 'status:>400-500', 'connection:-1'])(
    '%s',
    (filter) => {
      const [key] = filter.split(':');
      if (filter === 'status:') expect(parseFilter(filter)).toEqual([]);
      else expect(() => parseFilter(filter)).toThrow(new RegExp(`^${key}:.* is not understood: ${key}: takes `));
    },
  );

  test('it is a FilterError', () => {
    expect(() => parseFilter('status:abc')).toThrow(FilterError);
  });

  test('nothing else that can be typed throws', () => {
    for (const key of [...KEYS.filter((name) => !/status|size|wait|time|connection|is/.test(name)), 'none'])
      for (const value of ['"', '""', '"a', ',', ',,a', '-', ':', '::', 'a"b"c', '\\', '*', '(']) parseFilter(`-${key}:${value} ${value}`);
  });
});

describe('a button puts its term into the filter', () => {
  test.each([
    ['', 'is:damaged', 'is:damaged'],
    ['host:a', 'is:damaged', 'host:a is:damaged'],
    ['is:damaged host:a', 'is:damaged', 'host:a'],
    ['body:"a is:damaged b"', 'is:damaged', 'body:"a is:damaged b" is:damaged'],
  ])('%j and %s: %j', (filter, term, expected) => {
    expect(toggled(filter, term)).toBe(expected);
  });
});
