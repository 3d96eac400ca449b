// readCapture: what an input is, is seen by its first bytes; what it holds is handed out as it is found.

import { Conversation, type Surroundings } from './conversation.js';
import type { Exchange } from './exchange.js';
import { isGzip, ungzipped } from './gzip.js';
import { looksLikeHAR, readHAR } from './har.js';
import { IP } from './ip.js';
import { isKnownLink, linkName } from './link.js';
import { DamagedCapture, Packets, type Format, type PacketSink } from './packets.js';
import { isPcap, Pcap } from './pcap.js';
import { isPcapng, Pcapng } from './pcapng.js';
import { looksLikeRaw, readRaw } from './raw.js';
import { looksLikeSAZ, readSAZ } from './saz.js';
import { sourceOf, type Source, type SourceInput } from './source.js';
import { TCP } from './tcp.js';
import { unreadable } from './unreadable.js';
import { looksLikeWARC, readWARC } from './warc.js';

export interface CaptureOptions {
  /** Ends reading; what was found so far has been handed out. */
  signal?: AbortSignal | undefined;
  /** Called now and then with the bytes read so far, and how many there are, or null where that is not known. */
  onProgress?: ((read: number, size: number | null) => void) | undefined;
}

/** How much is looked at to see what the input is. */
const HEAD = 4096;

/**
 * The exchanges of a capture, in the order in which they ended. Bodies are read from the source when they are asked for.
 *
 * @param input A file, its bytes, or a stream of them.
 * @throws An Error if the input is nothing that can be read, and the signal's reason.
 */
export async function* readCapture(input: SourceInput | Source, options: CaptureOptions = {}): AsyncGenerator<Exchange> {
  const source = sourceOf(input);
  if (!isGzip(await source.read(0, HEAD))) return yield* readPlain(source, options);
  let problem: string | null = null;
  const plain = ungzipped(watched(source, options), (said) => {
    problem = said;
  });
  let connections = 0;
  for await (const exchange of readPlain(plain, { signal: options.signal })) {
    connections = Math.max(connections, exchange.connection.id + 1);
    yield exchange;
  }
  if (problem !== null) yield unreadable(problem, connections, '');
}

async function* readPlain(source: Source, options: CaptureOptions): AsyncGenerator<Exchange> {
  const head = await source.read(0, HEAD);
  if (isPcap(head)) return yield* readPackets(source, (sink) => new Pcap(sink), options);
  if (isPcapng(head)) return yield* readPackets(source, (sink) => new Pcapng(sink), options);
  const readers = [
    [looksLikeWARC, readWARC],
    [looksLikeHAR, readHAR],
    [looksLikeSAZ, readSAZ],
    [looksLikeRaw, readRaw],
  ] as const;
  const reader = readers.find(([looksLikeIt]) => looksLikeIt(head));
  if (reader === undefined) throw new Error('this is none of what can be read: pcap, pcapng, WARC, HAR, SAZ, or HTTP itself');
  yield* reader[1](watched(source, options));
}

/** The same source, which tells how far it has been read. */
function watched(source: Source, { onProgress, signal }: CaptureOptions): Source {
  return {
    size: source.size,
    seekable: source.seekable,
    read: (at, length) => source.read(at, length),
    async *pieces(from = 0, lent = false) {
      let read = from;
      for await (const piece of source.pieces(from, lent)) {
        signal?.throwIfAborted();
        yield piece;
        read += piece.length;
        onProgress?.(read, source.size);
      }
    },
  };
}

async function* readPackets(source: Source, makeFormat: (sink: PacketSink) => Format, options: CaptureOptions): AsyncGenerator<Exchange> {
  let found: Exchange[] = [];
  let connections = 0;
  const surroundings: Surroundings = {
    source,
    emit: (exchange) => found.push(exchange),
    nextId: () => connections++,
  };
  const unknownLinks = new Set<number>();
  const tcp = new TCP((facts) => new Conversation(surroundings, facts));
  const ip = new IP(tcp);
  const packets = new Packets(
    makeFormat({
      packet(linkType, bytes, start, end, base, time, wireLength) {
        if (isKnownLink(linkType)) ip.packet(linkType, bytes, start, end, base, time, wireLength);
        else unknownLinks.add(linkType);
      },
    }),
  );
  let problem: string | null = null;
  for await (const piece of watched(source, options).pieces(0, true)) {
    try {
      packets.push(piece);
    } catch (error) {
      if (!(error instanceof DamagedCapture)) throw error;
      problem = `the capture is damaged, and is not read any further: ${error.message}`;
      break;
    }
    yield* found;
    found = [];
  }
  if (problem === null && packets.finish()) problem = 'the capture ends inside of a packet';
  tcp.finish();
  yield* found;
  if (problem !== null) yield unreadable(problem, connections++, '');
  for (const linkType of unknownLinks) yield unreadable(`packets of ${linkName(linkType)} cannot be read`, connections++, '');
}
