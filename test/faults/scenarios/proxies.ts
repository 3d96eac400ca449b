// What a proxy may do to CONNECT (RFC 9110 9.3.6): any 2xx opens the tunnel, whatever length it claims; all else does not.

import type { Scenario } from '../scenario.js';
import { ESTABLISHED, proxied, tunnel } from '../sites.js';

const LIMIT_MS = 400;

export const proxies: readonly Scenario[] = [
  {
    row: 'proxy',
    needs: 'tunnel',
    name: '407 to CONNECT',
    site: () =>
      proxied(() => ({
        answers: ['HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 4\r\n\r\nwho?'],
        then: 'wait',
      })),
    expected: { error: 'TunnelError', code: 'HTTP_TUNNEL_FAILED', phase: 'tunnel', limit: 407 },
    then: 'new',
  },
  {
    row: 'proxy',
    needs: 'tunnel',
    name: 'garbage to CONNECT',
    site: () => proxied(() => ({ answers: ['\x00\x01\x02 what?\r\n\r\n'], then: 'wait' })),
    expected: { error: 'BadStatusLine', phase: 'tunnel' },
    then: 'new',
  },
  {
    row: 'proxy',
    needs: 'tunnel',
    name: '200 with Content-Length to CONNECT, and no body',
    site: () => proxied((port) => tunnel(port, 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n')),
    expected: { status: 200, body: 'again' },
    then: 'reused',
  },
  {
    row: 'proxy',
    needs: 'tunnel',
    name: '200 with Content-Length to CONNECT, and a body',
    site: () => proxied((port) => tunnel(port, 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello')),
    expected: { error: 'ConnectionError', code: /^(ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)|EPROTO)$/, phase: 'connect' },
    then: 'new',
  },
  {
    row: 'proxy',
    needs: 'tunnel',
    name: '100, then 200 to CONNECT',
    site: () => proxied((port) => tunnel(port, `HTTP/1.1 100 Continue\r\n\r\n${ESTABLISHED}`)),
    expected: { status: 200, body: 'again' },
    then: 'reused',
  },
  {
    row: 'proxy',
    needs: 'tunnel',
    name: 'RST in answer to CONNECT',
    site: () => proxied(() => ({ answers: [''], then: 'reset' })),
    expected: { error: 'ConnectionError', code: 'ECONNRESET', phase: 'tunnel' },
    then: 'new',
  },
  {
    row: 'proxy',
    needs: 'tunnel',
    name: 'FIN in answer to CONNECT',
    site: () => proxied(() => ({ answers: [''] })),
    expected: { error: 'RemoteDisconnected', code: 'ECONNRESET', phase: 'tunnel' },
    then: 'new',
  },
  {
    row: 'proxy',
    needs: 'tunnel',
    name: 'no answer to CONNECT',
    site: () => proxied(() => ({ answers: [], then: 'wait' })),
    times: { idle: LIMIT_MS },
    expected: { error: 'TimeoutError', code: 'ETIMEDOUT', phase: 'connect', limit: LIMIT_MS },
    least: LIMIT_MS,
    then: 'new',
  },
];
