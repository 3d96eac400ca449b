// The file that is read: one of the user's, or the one that `headlong view FILE` serves, of which the parts are fetched that are asked for, by
// ranges (RFC 9110 14). Both look like a Blob to the engine.

import type { Input } from '../shared/protocol.js';
import { Blocks, type Readable } from './blocks.js';

export async function inputOf(input: Input): Promise<Blob> {
  const file = input instanceof Blob ? input : await Served.at(input.url);
  return new Blocks(file) satisfies Readable as unknown as Blob;
}

class Served implements Readable {
  readonly #url: string;
  readonly #from: number;
  readonly #to: number;

  private constructor(url: string, from: number, to: number) {
    this.#url = url;
    this.#from = from;
    this.#to = to;
  }

  static async at(url: string): Promise<Served> {
    const { headers } = await ask(url, { method: 'HEAD' });
    return new Served(url, 0, Number(headers.get('content-length')));
  }

  get size(): number {
    return this.#to - this.#from;
  }

  slice(from = 0, to = this.size): Served {
    return new Served(this.#url, Math.min(this.#to, this.#from + from), Math.min(this.#to, this.#from + to));
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.size === 0 ? new ArrayBuffer(0) : (await this.#fetched()).arrayBuffer();
  }

  stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    if (this.size === 0) return new Blob([]).stream();
    const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>();
    // What fails is found by the reader.
    this.#fetched().then(
      ({ body }) => body?.pipeTo(writable).catch(() => undefined),
      (error: unknown) => writable.abort(error),
    );
    return readable;
  }

  #fetched(): Promise<Response> {
    return ask(this.#url, { headers: { Range: `bytes=${this.#from}-${this.#to - 1}` } });
  }
}

async function ask(url: string, request: RequestInit): Promise<Response> {
  const response = await fetch(url, request);
  if (!response.ok) throw new Error(`headlong view answered ${response.status}: start it again`);
  return response;
}
