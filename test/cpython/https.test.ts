// HTTPSTest of CPython's suite. Where that asks servers on the Internet, a server here has a certificate made for the test.

import { describe, expect, test } from '@jest/globals';
import { ConnectionError, HTTPSConnection, InvalidURL, type HTTPSConnectionOptions } from '../../src/index.js';
import { certificates, type Certificates, type Leaf } from '../support/certificates.js';
import { closing, server } from './harness.js';

const ANSWER = 'HTTP/1.1 404 Not Found\r\nServer: test\r\nContent-Length: 0\r\n\r\n';

/** The response of a server with this certificate to a client with these options. */
async function responseFrom(leaf: Leaf, options?: HTTPSConnectionOptions): Promise<{ status: number; server: string | null }> {
  const at = await server({ answers: [ANSWER] }, { tls: { ...leaf } });
  const connection = closing(new HTTPSConnection('localhost', at.port, options));
  await connection.request('GET', '/nonexistent');
  const response = await connection.getresponse();
  return { status: response.status, server: response.getheader('server') };
}

async function refusal(leaf: Leaf, options?: HTTPSConnectionOptions): Promise<string> {
  const error = await responseFrom(leaf, options).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ConnectionError);
  return (error as ConnectionError).code;
}

describe('HTTPSTest', () => {
  const made = (): Promise<Certificates> => certificates();

  test('test_attributes', () => {
    expect(new HTTPSConnection('localhost', 443, { timeout: 30_000 }).timeout).toBe(30_000);
  });

  test('test_networked: a certificate that nobody vouches for is refused', async () => {
    expect(await refusal((await made()).selfSigned)).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
  });

  test('test_networked_noverification: unless verification is switched off', async () => {
    expect(await responseFrom((await made()).selfSigned, { rejectUnauthorized: false })).toEqual({ status: 404, server: 'test' });
  });

  test('test_networked_good_cert: or the certificate is given as its own authority', async () => {
    const { selfSigned } = await made();
    expect(await responseFrom(selfSigned, { ca: selfSigned.cert })).toEqual({ status: 404, server: 'test' });
  });

  test('test_networked_bad_cert: another authority is of no use', async () => {
    const { selfSigned, ca } = await made();
    expect(await refusal(selfSigned, { ca })).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
  });

  test('test_local_unknown_cert: an authority that is not known is none', async () => {
    expect(await refusal((await made()).good)).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  });

  test('test_local_good_hostname', async () => {
    const { good, ca } = await made();
    expect((await responseFrom(good, { ca })).status).toBe(404);
  });

  test('test_local_bad_hostname: refused, unless the name is not checked', async () => {
    const { wrongHost, ca } = await made();
    expect(await refusal(wrongHost, { ca })).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    expect((await responseFrom(wrongHost, { ca, checkServerIdentity: () => undefined })).status).toBe(404);
  });

  test.each(['www.python.org:abc', 'user:password@www.python.org'])('test_host_port: %s is refused', (host) => {
    expect(() => new HTTPSConnection(host)).toThrow(InvalidURL);
  });

  test.each([
    ['[fe80::207:e9ff:fe9b]:8000', 'fe80::207:e9ff:fe9b', 8000],
    ['www.python.org:443', 'www.python.org', 443],
    ['www.python.org:', 'www.python.org', 443],
    ['www.python.org', 'www.python.org', 443],
    ['[fe80::207:e9ff:fe9b]', 'fe80::207:e9ff:fe9b', 443],
    ['[fe80::207:e9ff:fe9b]:', 'fe80::207:e9ff:fe9b', 443],
  ])('test_host_port: %s', (given, host, port) => {
    const connection = new HTTPSConnection(given);
    expect([connection.host, connection.port]).toEqual([host, port]);
  });
});
