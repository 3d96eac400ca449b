// HeaderTests of CPython's suite: fields that are added by themselves, fields that are given, and fields that are read.
// Where we refuse what http.client lets through, the test says so and names the rule of docs/differences.md.

import { describe, expect, test } from '@jest/globals';
import { HTTPConnection, InvalidMessage } from '../../src/index.js';
import { closing, connectionTo, printedBy, responseTo, sentBy, server } from './harness.js';

describe('HeaderTests', () => {
  test.each(['Content-length', 'Host', 'Accept-encoding'])('test_auto_headers: %s is sent once, added or given', async (name) => {
    const body = 'spamspamspam';
    for (const given of [{}, { [name]: String(body.length) }]) {
      const sent = await sentBy((connection) => connection.request('POST', '/', body, given));
      expect(sent.fields.filter(([sentName]) => sentName.toLowerCase() === name.toLowerCase())).toHaveLength(1);
    }
  });

  const WITH_BODY = ['PUT', 'POST', 'PATCH'];
  const WITHOUT_BODY = ['GET', 'CONNECT', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE'];
  test.each([
    ...WITH_BODY.flatMap((method) => [
      [method, null, '0'],
      [method, '', '0'],
    ]),
    ...WITHOUT_BODY.flatMap((method) => [
      [method, null, undefined],
      [method, '', '0'],
    ]),
    ...[...WITH_BODY, ...WITHOUT_BODY].map((method) => [method, ' ', '1']),
  ] as [string, string | null, string | undefined][])(
    'test_content_length_0: %s with body %j has Content-Length %s',
    async (method, body, length) => {
      const sent = await sentBy((connection) => connection.request(method, '/', body));
      expect(sent.get('Content-Length')).toBe(length);
    },
  );

  test.each([
    [['Content-length', 42], 'Content-length: 42'],
    [['Foo', ' bar '], 'Foo:  bar '],
    [['Bar', '\tbaz\t'], 'Bar: \tbaz\t'],
    [['Authorization', 'Bearer mytoken'], 'Authorization: Bearer mytoken'],
    [['IterHeader', 'IterA', 'IterB'], 'IterHeader: IterA\r\n\tIterB'],
    [['LatinHeader', Buffer.from([0xff])], 'LatinHeader: \xff'],
    [['Utf8Header', Buffer.from('\xc3\x80', 'latin1')], 'Utf8Header: \xc3\x80'],
    [['C1-Control', Buffer.from('next\x85line', 'latin1')], 'C1-Control: next\x85line'],
  ] as [[string, ...(string | number | Buffer)[]], string][])('test_putheader: %j', async (field, line) => {
    const sent = await sentBy(async (connection) => {
      connection.putrequest('GET', '/');
      connection.putheader(...field);
      await connection.endheaders();
    });
    expect(sent.text).toContain(`\r\n${line}\r\n`);
  });

  test.each([
    ['Embedded-Fold-Space', 'is\r\n allowed'],
    ['Embedded-Fold-Tab', 'is\r\n\tallowed'],
    ['Key Space', 'value'],
    ['KeySpace ', 'value'],
    ['Nonbreak\xa0Space', 'value'],
    ['\xa0NonbreakSpace', 'value'],
  ])('test_putheader: %j: %j is refused (R32)', (name, value) => {
    const connection = closing(new HTTPConnection('example.com'));
    connection.putrequest('GET', '/');
    expect(() => connection.putheader(name, value)).toThrow(TypeError);
  });

  test.each([
    ['[2001::]:81', '[2001::]:81'],
    ['[2001:102A::]', '[2001:102A::]'],
    ['[fe80::%2]', '[fe80::]'],
    ['[fe80::%2]:81', '[fe80::]:81'],
  ])('test_ipv6host_header: %s sends Host: %s', async (host, field) => {
    const sent = await sentBy((connection) => connection.request('GET', '/foo'), host);
    expect(sent.text).toBe(`GET /foo HTTP/1.1\r\nHost: ${field}\r\nAccept-Encoding: identity\r\n\r\n`);
  });

  test('test_malformed_headers_coped_with: an error, or with a quirk skipped (R7)', async () => {
    const raw = 'HTTP/1.1 200 OK\r\nFirst: val\r\n: nval\r\nSecond: val\r\n\r\n';
    await expect(responseTo(raw)).rejects.toThrow(InvalidMessage);
    const response = await responseTo(raw, { lenient: { invalidFields: true } });
    expect([response.getheader('First'), response.getheader('Second')]).toEqual(['val', 'val']);
  });

  test('test_parse_all_octets: every octet that may stand in a field is readable, folds as one blank (R11)', async () => {
    const range = (from: number, to: number): string => String.fromCharCode(...Array.from({ length: to - from + 1 }, (_, n) => from + n));
    const token = "!#$%&'*+-.^_`|~";
    const response = await responseTo(
      `HTTP/1.1 200 OK\r\n${token}: value\r\nVCHAR: ${range(0x21, 0x7e)}\r\nobs-text: ${range(0x80, 0xff)}\r\n` +
        'obs-fold: text\r\n folded with space\r\n\tfolded with tab\r\nContent-Length: 0\r\n\r\n',
    );
    for (const get of [(name: string) => response.getheader(name), (name: string) => response.msg.get(name)]) {
      expect(get('Content-Length')).toBe('0');
      expect(get(token)).toBe('value');
      expect(get('VCHAR')).toBe(range(0x21, 0x7e));
      expect(get('obs-text')).toBe(range(0x80, 0xff));
      expect(get('obs-fold')).toBe('text folded with space folded with tab');
    }
  });

  test.each([
    ['Invalid\r\nName', 'ValidValue'],
    ['Invalid\rName', 'ValidValue'],
    ['Invalid\nName', 'ValidValue'],
    ['\r\nInvalidName', 'ValidValue'],
    ['\rInvalidName', 'ValidValue'],
    ['\nInvalidName', 'ValidValue'],
    [' InvalidName', 'ValidValue'],
    ['\tInvalidName', 'ValidValue'],
    ['Invalid:Name', 'ValidValue'],
    [':InvalidName', 'ValidValue'],
    ['ValidName', 'Invalid\r\nValue'],
    ['ValidName', 'Invalid\rValue'],
    ['ValidName', 'Invalid\nValue'],
    ['ValidName', 'InvalidValue\r\n'],
    ['ValidName', 'InvalidValue\r'],
    ['ValidName', 'InvalidValue\n'],
  ])('test_invalid_headers: %j: %j', (name, value) => {
    const connection = closing(new HTTPConnection('example.com'));
    connection.putrequest('GET', '/');
    expect(() => connection.putheader(name, value)).toThrow(/Invalid header/);
  });

  test('test_headers_debuglevel: every field is printed, duplicates too (R12)', async () => {
    const at = await server('HTTP/1.1 200 OK\r\nFirst: val\r\nSecond: val1\r\nSecond: val2\r\n\r\n');
    const connection = connectionTo(at);
    await connection.request('GET', '/');
    connection.set_debuglevel(1);
    const lines = await printedBy(() => connection.getresponse());
    expect(lines.slice(0, 4)).toEqual([
      "reply: 'HTTP/1.1 200 OK\\r\\n'",
      'header: First: val',
      'header: Second: val1',
      'header: Second: val2',
    ]);
  });
});
