// The transport by itself, with a handler that only notes what it is told: bytes at the front of the input area, back-pressure,
// the order of the end, handing over; TLS contexts and server names.
// What a channel makes of it belongs to test/client.

import { once } from 'node:events';
import net from 'node:net';
import { Duplex } from 'node:stream';
import { createSecureContext } from 'node:tls';
import { describe, expect, test } from '@jest/globals';
import { openTcp, openTls, serverName, withSecureContext, wrapStream, type Opening } from '../../src/transport/node.js';
import type { Transport, TransportHandler } from '../../src/transport/transport.js';
import { READ, READ_CAPACITY } from '../../src/wasm/layout.generated.js';
import { Tokeniser } from '../../src/wasm/tokeniser.js';
import { certificates } from '../support/certificates.js';
import { simd } from '../support/engines.js';
import { afterwards, eventually, loopback, rejection, serve, sleep, soon, type Peer, type Served } from '../client/harness.js';

const tokeniser = new Tokeniser(simd.engine);

/** Notes everything; `go` is what onRead answers. */
class Notes implements TransportHandler {
  text = '';
  largest = 0;
  events: string[] = [];
  go = true;
  onRead(length: number): boolean {
    this.text += tokeniser.latin1(READ, READ + length);
    this.largest = Math.max(this.largest, length);
    // Nobody relies on what lies there afterwards.
    tokeniser.input.fill(0x78);
    return this.go;
  }
  lend(): Uint8Array | null {
    return null;
  }
  onLent(): boolean {
    throw new Error('nothing was lent');
  }
  onFin(): void {
    this.events.push('fin');
  }
  onDrain(): void {
    this.events.push('drain');
  }
  onClose(error: NodeJS.ErrnoException | null): void {
    this.events.push(`close ${error?.code ?? 'null'}`);
  }
}

const opens: readonly [name: string, open: (at: Served) => Promise<Opening>][] = [
  ['TCP, direct', async (at) => openTcp({ host: at.host, port: at.port }, tokeniser, true)],
  ['TCP, by events', async (at) => openTcp({ host: at.host, port: at.port }, tokeniser, false)],
  ['a wrapped stream', async (at) => wrapStream(net.connect(at.port, at.host), tokeniser)],
  ['TLS', async (at) => openTls({ host: 'localhost', port: at.port, lookup: loopback }, { ca: (await certificates()).ca }, tokeniser)],
  [
    'TLS over a stream',
    async (at) =>
      openTls(
        { host: 'localhost', port: at.port },
        { ca: (await certificates()).ca, servername: 'localhost' },
        tokeniser,
        net.connect(at.port, at.host),
      ),
  ],
];

describe.each(opens)('%s', (name, open) => {
  async function opened(play: (peer: Peer) => unknown): Promise<{ transport: Transport; notes: Notes; at: Served }> {
    const at = await serve(play, name.startsWith('TLS') ? (await certificates()).good : undefined);
    const { transport, opened: done } = await open(at);
    const notes = new Notes();
    transport.handler = notes;
    afterwards(() => transport.destroy());
    await soon(done, 'opening');
    return { transport, notes, at };
  }

  test('bytes come in order, at the front of the input area; FIN comes behind them', async () => {
    const flood = Buffer.alloc(700_000, '0123456789');
    const { transport, notes } = await opened(async (peer) => {
      await peer.write('one ', 'two ', flood);
      peer.end();
    });
    await eventually(() => notes.events.length > 1);
    expect(notes.text === `one two ${flood.toString()}`).toBe(true);
    expect(notes.largest).toBeLessThanOrEqual(READ_CAPACITY);
    expect(notes.events).toEqual(['fin', 'close null']);
    expect(transport.bytesRead).toBe(700_008);
  });

  test('false stops the flow, resume() starts it again', async () => {
    const flood = Buffer.alloc(8 << 20, '0123456789');
    const { transport, notes } = await opened(async (peer) => {
      await peer.write(flood);
      peer.end();
    });
    notes.go = false;
    await eventually(() => notes.text.length > 0);
    await sleep(30);
    const before = notes.text.length;
    expect(before).toBeLessThan(4 << 20);
    await sleep(30);
    expect([notes.text.length, notes.events]).toEqual([before, []]);
    notes.go = true;
    transport.resume();
    await eventually(() => notes.events.length > 1, 'the end', 5000);
    expect(notes.text.length).toBe(flood.length);
  });

  test('a reset is an error, told once, and destroys', async () => {
    const { transport, notes } = await opened((peer) => peer.reset(30));
    await eventually(() => notes.events.length > 0);
    await sleep(10);
    expect(notes.events).toEqual(['close ECONNRESET']);
    expect(transport.socket.destroyed).toBe(true);
  });

  test('destroy() ends it; what a handler throws ends it too, and nothing else', async () => {
    const { transport, notes, at } = await opened((peer) => peer.write('x'));
    await eventually(() => notes.text === 'x');
    transport.destroy();
    await soon((at.peers[0] as Peer).closed);
    await eventually(() => notes.events.length > 0);
    expect(notes.events).toEqual(['close null']);

    const throwing = await opened(async (peer) => {
      await peer.until('go');
      await peer.write('y');
    });
    const thrown = Object.assign(new Error('a fault in the library'), { code: 'FAULT' });
    throwing.notes.onRead = () => {
      throw thrown;
    };
    throwing.transport.write('go');
    await eventually(() => throwing.notes.events.length > 0);
    expect(throwing.notes.events).toEqual(['close FAULT']);
  });

  test('strings go out as latin-1, bytes as they are, corked in one piece', async () => {
    const { transport, at } = await opened(() => {});
    transport.cork();
    expect(transport.write('\xfc\xff\0')).toBe(true);
    transport.write(Uint8Array.of(1, 2, 255));
    transport.uncork();
    await eventually(() => at.peers[0]?.received.length === 6);
    expect([...(at.peers[0] as Peer).received]).toEqual([0xfc, 0xff, 0, 1, 2, 255]);
    expect(transport.bytesWritten).toBe(6);
  });

  test('write() says when there is no room, onDrain when there is again', async () => {
    const { transport, notes, at } = await opened((peer) => {
      peer.socket.pause();
    });
    const flood = Buffer.alloc(16 << 20);
    expect(transport.write(flood)).toBe(false);
    await sleep(20);
    expect(notes.events).toEqual([]);
    (at.peers[0] as Peer).socket.removeAllListeners('data').resume();
    await eventually(() => notes.events.includes('drain'), 'drain', 5000);
  });

  test('detach(): an ordinary socket, with what was left over first', async () => {
    const { transport, notes, at } = await opened(async (peer) => {
      await peer.write('for the handler');
      await peer.until('detached');
      await peer.write(' for', ' the', ' new owner');
      peer.end();
    });
    await eventually(() => notes.text === 'for the handler');
    const socket = transport.detach(Buffer.from('left over,'));
    expect(socket).toBe(transport.socket);
    socket.write('detached');
    let text = '';
    socket.on('data', (bytes) => (text += String(bytes)));
    await soon(once(socket, 'end'), 'the end');
    expect(text).toBe('left over, for the new owner');
    expect([notes.text, notes.events]).toEqual(['for the handler', []]);
    for (const event of ['drain', 'error']) expect(socket.listenerCount(event)).toBeLessThanOrEqual(1);
    socket.destroy();
    await soon((at.peers[0] as Peer).closed);
  });

  test('detach() while stopped loses nothing', async () => {
    const flood = Buffer.alloc(3 << 20, '0123456789');
    const { transport, notes } = await opened(async (peer) => {
      await peer.write(flood);
      peer.end();
    });
    notes.go = false;
    await eventually(() => notes.text.length > 0);
    await sleep(20);
    const socket = transport.detach(new Uint8Array(0));
    let length = notes.text.length;
    for await (const bytes of socket) length += (bytes as Buffer).length;
    expect(length).toBe(flood.length);
  });

  test('hold(false) lets the process go, hold(true) keeps it', async () => {
    const { transport } = await opened(() => {});
    transport.hold(false);
    transport.hold(true);
    transport.hold(false);
    transport.hold(true);
    expect(transport.socket.destroyed).toBe(false);
  });
});

describe('opening', () => {
  test.each(opens.filter(([name]) => !name.startsWith('TLS')))('%s: refused', async (...[, open]) => {
    const at = await serve(() => {});
    const gone = { ...at, port: 1 };
    const { opened } = await open(gone);
    expect((await soon(rejection(opened))).code).toMatch(/^(ECONNREFUSED|EADDRNOTAVAIL|EACCES)$/);
  });

  test.each(opens)('%s: destroyed before it is open', async (name, open) => {
    const at = await serve(() => {}, name.startsWith('TLS') ? (await certificates()).good : undefined);
    const { transport, opened } = await open(at);
    opened.catch(() => {});
    transport.destroy();
    expect((await soon(rejection(opened))).code).toBe('ECONNRESET');
  });

  test('socketPath, sourceAddress and lookup', async () => {
    const at = await serve((peer) => peer.write(String(peer.socket.remoteAddress)));
    const { transport, opened } = openTcp(
      { host: 'name.test', port: at.port, lookup: loopback, sourceAddress: ['127.0.0.1', 0] },
      tokeniser,
      true,
    );
    const notes = new Notes();
    transport.handler = notes;
    await opened;
    await eventually(() => notes.text !== '');
    expect(notes.text).toMatch(/127\.0\.0\.1$/);
    transport.destroy();

    const path = `${process.env.TMPDIR ?? '/tmp'}/headlong-${process.pid}-${Date.now()}.sock`;
    const server = net.createServer((socket) => socket.end('unix'));
    server.listen(path);
    await once(server, 'listening');
    afterwards(() => server.close());
    const local = openTcp({ host: 'ignored', port: 1, socketPath: path }, tokeniser, true);
    const localNotes = new Notes();
    local.transport.handler = localNotes;
    await local.opened;
    await eventually(() => localNotes.events.length > 1);
    expect(localNotes.text).toBe('unix');
  });

  test('a stream that is no socket', async () => {
    const writes: string[] = [];
    const stream = new Duplex({
      read() {},
      write(data: Buffer, _encoding, done) {
        writes.push(data.toString('latin1'));
        done();
      },
    });
    const { transport, opened } = wrapStream(stream, tokeniser);
    const notes = new Notes();
    transport.handler = notes;
    await opened;
    stream.push('ab');
    stream.push(Buffer.alloc(READ_CAPACITY * 2 + 5, 'c'));
    await eventually(() => notes.text.length === READ_CAPACITY * 2 + 7);
    transport.write('\xff');
    transport.hold(false);
    expect([writes, transport.bytesRead, transport.bytesWritten, notes.largest]).toEqual([['\xff'], 0, 0, READ_CAPACITY]);
    stream.push(null);
    await eventually(() => notes.events.includes('fin'));
    transport.destroy();
  });
});

describe('TLS options', () => {
  test('an address has no server name (RFC 6066 3)', () => {
    expect(['h.test', 'localhost', '127.0.0.1', '::1', '1.2.3'].map(serverName)).toEqual([
      'h.test',
      'localhost',
      undefined,
      undefined,
      '1.2.3',
    ]);
  });

  test('one context for each set of options; one of its own where these could change', async () => {
    const { ca } = await certificates();
    const plain = withSecureContext({});
    expect(withSecureContext({ rejectUnauthorized: false, servername: 'x' }).secureContext).toBe(plain.secureContext);
    const own = withSecureContext({ ca });
    expect(own.secureContext).not.toBe(plain.secureContext);
    expect(withSecureContext({ ca }).secureContext).toBe(own.secureContext);
    for (const changeable of [[ca], Buffer.from(ca)])
      expect(withSecureContext({ ca: changeable }).secureContext).not.toBe(withSecureContext({ ca: changeable }).secureContext);
    // The last ones are kept, and no more of them.
    for (let n = 0; n < 16; n++) withSecureContext({ ca, sessionIdContext: String(n) });
    expect(withSecureContext({ ca }).secureContext).not.toBe(own.secureContext);
    const given = createSecureContext();
    expect(withSecureContext({ secureContext: given, ca }).secureContext).toBe(given);
    for (const option of [{ minVersion: 'TLSv1.3' }, { ciphers: 'AES128-SHA' }, { passphrase: 'x' }] as const)
      expect(withSecureContext(option).secureContext).not.toBe(plain.secureContext);
  });
});
