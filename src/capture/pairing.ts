// Which response answers which request: on one connection they come in the same order (RFC 9112 9.3.2). Where bytes are missing, messages
// may be; then nothing is decided until both sides can be counted, so that what was lost is put where the hole is.

import type { RequestRecord, ResponseRecord } from './record.js';

/** A hole in which there were messages: at least so many, as far as it looks. */
interface Hole {
  least: number;
}

type Sequence<M> = (M | Hole)[];

/** Messages that wait for a decision, at most. */
const MOST_WAITING = 64;

export class Pairing {
  private readonly emit: (request: RequestRecord | null, response: ResponseRecord | null) => void;
  private readonly asked: Sequence<RequestRecord> = [];
  private readonly answered: Sequence<ResponseRecord> = [];
  private holes = 0;

  constructor(emit: (request: RequestRecord | null, response: ResponseRecord | null) => void) {
    this.emit = emit;
  }

  /** The head of a request has come. */
  request(record: RequestRecord): void {
    if (this.holes > 0 && this.isSettled()) this.settle();
    this.asked.push(record);
  }

  /** The request that the next response answers; null if none is known, undefined if it may be one of several. */
  next(): RequestRecord | null | undefined {
    if (this.holes === 0) return (this.asked[this.answered.length] as RequestRecord | undefined) ?? null;
    return undefined;
  }

  /** The head of a response has come: of a request that came before, so what looks like more answers than requests is no answers lost. */
  response(record: ResponseRecord): void {
    this.answered.push(record);
    if (this.holes === 0 || this.asked.some(isHole)) return;
    let surplus = leastOf(this.answered) - this.asked.length;
    for (const hole of this.answered.filter(isHole)) {
      const taken = Math.max(0, Math.min(surplus, hole.least));
      hole.least -= taken;
      surplus -= taken;
    }
  }

  /** Something is missing in which there were at least so many requests. */
  lostRequests(least: number): void {
    this.asked.push({ least });
    this.holes++;
  }

  lostResponses(least: number): void {
    this.answered.push({ least });
    this.holes++;
  }

  /** A message has ended. */
  ended(): void {
    if (this.holes > 0) return;
    for (;;) {
      const request = this.asked[0] as RequestRecord | undefined;
      const response = this.answered[0] as ResponseRecord | undefined;
      if (response === undefined || !response.ended || request?.ended === false) return;
      this.asked.shift();
      this.answered.shift();
      this.emit(request ?? null, response);
    }
  }

  /** No more will come of either side. */
  close(): void {
    this.settle();
  }

  /** Whether what is there comes out even, holes counted as little as possible; or is too much to wait any longer. */
  private isSettled(): boolean {
    if (this.asked.some(isOpen) || this.answered.some(isOpen)) return false;
    return leastOf(this.asked) === leastOf(this.answered) || this.asked.length + this.answered.length > MOST_WAITING;
  }

  private settle(): void {
    const size = Math.max(leastOf(this.asked), leastOf(this.answered));
    const requests = spread(this.asked.splice(0), size);
    const responses = spread(this.answered.splice(0), size);
    this.holes = 0;
    for (let n = 0; n < Math.max(requests.length, responses.length); n++) {
      const request = requests[n] ?? null;
      const response = responses[n] ?? null;
      if (request !== null || response !== null) this.emit(request, response);
    }
  }
}

function isHole(item: RequestRecord | ResponseRecord | Hole): item is Hole {
  return 'least' in item;
}

function isOpen(item: RequestRecord | ResponseRecord | Hole): boolean {
  return !isHole(item) && !item.ended;
}

/** How many messages a sequence stands for at least. */
function leastOf(sequence: Sequence<RequestRecord> | Sequence<ResponseRecord>): number {
  let sum = 0;
  for (const item of sequence) sum += isHole(item) ? item.least : 1;
  return sum;
}

/** The sequence with null for what its holes hold; what makes it `size` long is put into the first. */
function spread<M extends RequestRecord | ResponseRecord>(sequence: Sequence<M>, size: number): (M | null)[] {
  let more = size - leastOf(sequence as Sequence<RequestRecord>);
  return sequence.flatMap((item) => {
    if (!isHole(item)) return [item];
    const length = item.least + more;
    more = 0;
    return new Array<null>(length).fill(null);
  });
}
