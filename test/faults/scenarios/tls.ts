// Rows 27 to 31, and two more: TLS that is not to be trusted, not to be had, or cut. RFC 9110 4.3.4: a certificate is verified before anything is sent.

import type net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { answer, type Script } from '../../support/server.js';
import type { Scenario, Site } from '../scenario.js';
import { plain, relay, relayed, requestHead, secure } from '../sites.js';

const SIZED = 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello';
const TO_THE_CLOSE = 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello';

const BAD_REQUEST: Script = { play: (socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')) };

/** Answers over a relay of its own, which adds a fatal alert that nobody encrypted. */
async function injected(): Promise<Site> {
  let passOn: net.Socket | undefined;
  const origin = await secure([
    {
      play: async (socket) => {
        await requestHead(socket);
        socket.write(SIZED);
        // Behind this record, which the relay has to have passed on by then: in this process that takes some turns of the event loop.
        await sleep(50);
        for (let turn = 0; turn < 4; turn++) await new Promise(setImmediate);
        passOn?.write(Buffer.from('15030300020228', 'hex'));
      },
    },
  ]);
  const site = await relayed({
    play: (socket) => {
      passOn = socket;
      relay(socket, origin.target.port);
    },
  });
  return { ...site, close: async () => void (await Promise.all([site.close(), origin.close()])) };
}

export const tls: readonly Scenario[] = [
  {
    row: '27',
    name: 'a certificate that has expired',
    site: () => secure([], { leaf: 'expired' }),
    expected: { error: 'ConnectionError', code: 'CERT_HAS_EXPIRED', phase: 'connect' },
    then: 'same fault',
    seen: 0,
  },
  {
    row: '27',
    name: 'a certificate for another host',
    site: () => secure([], { leaf: 'wrongHost' }),
    expected: { error: 'ConnectionError', code: 'ERR_TLS_CERT_ALTNAME_INVALID', phase: 'connect' },
    then: 'same fault',
    seen: 0,
  },
  {
    row: '27',
    name: 'a certificate signed by itself',
    site: () => secure([], { leaf: 'selfSigned' }),
    expected: { error: 'ConnectionError', code: 'DEPTH_ZERO_SELF_SIGNED_CERT', phase: 'connect' },
    then: 'same fault',
    seen: 0,
  },
  {
    row: '27',
    name: 'a certificate of an unknown authority',
    site: () => secure([], { trusted: false }),
    expected: { error: 'ConnectionError', code: /^UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT_LOCALLY)$/, phase: 'connect' },
    then: 'same fault',
    seen: 0,
  },
  {
    row: '28',
    name: 'a server that speaks TLS 1.0 only',
    site: () => secure([], { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' }),
    expected: { error: 'ConnectionError', code: /^(ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION|EPROTO)$/, phase: 'connect' },
    then: 'same fault',
    seen: 0,
  },
  {
    row: '29',
    name: 'a body of known length, cut without close_notify',
    site: () => secure([{ answers: [SIZED], then: 'truncate' }]),
    expected: { error: 'IncompleteRead', phase: 'body', partial: 'hello', missing: 95 },
    then: 'new',
    cut: true,
  },
  {
    // Node reports the end of a TLS connection the same with close_notify and without: that there was none cannot be known. Who needs to
    // know refuses what `response.framing` says to end with the connection.
    row: '30',
    name: 'a body that ends with the connection, cut without close_notify',
    site: () => secure([{ answers: [TO_THE_CLOSE], then: 'truncate' }]),
    expected: { status: 200, body: 'hello', framing: 'close' },
    then: 'new',
    cut: true,
  },
  {
    row: '31',
    name: 'TLS to a server that speaks plain HTTP',
    site: () => plain([BAD_REQUEST, BAD_REQUEST], { ca: '' }),
    expected: { error: 'ConnectionError', code: /^(ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)|EPROTO)$/, phase: 'connect' },
    then: 'same fault',
  },
  {
    row: 'TLS',
    name: 'a fatal alert in the middle of a body, injected without encryption',
    site: injected,
    expected: { error: 'ConnectionError', code: /^(ERR_SSL_|EPROTO)/, phase: 'body', partial: 'hello' },
    then: 'new',
    cut: true,
  },
  {
    row: 'TLS',
    name: 'a server that asks to renegotiate in the middle of a body',
    site: () =>
      secure(
        [
          {
            play: async (socket) => {
              await requestHead(socket);
              socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello');
              (socket as TLSSocket).renegotiate({}, () => {});
              socket.write('world');
              await requestHead(socket);
              socket.write(answer('again'));
            },
          },
        ],
        { maxVersion: 'TLSv1.2' },
      ),
    expected: { status: 200, body: 'helloworld' },
    then: 'reused',
  },
];
