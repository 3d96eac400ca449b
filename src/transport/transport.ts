// What a connection needs of a byte stream. Bytes arrive at the front of the tokeniser's input area: a socket that
// can writes them there itself, everything else is copied there. The one file that both sides of the boundary import.

import type { Duplex } from 'node:stream';

export interface TransportHandler {
  /** `length` bytes stand at the front of the input area, during this call only. False pauses the stream. */
  onRead(length: number): boolean;
  /** Where else the next read may go: memory for no more bytes than the body has left. Null: to the input area. */
  lend(): Uint8Array | null;
  /** `length` bytes of the body stand at the front of the memory that lend() returned last. False pauses the stream. */
  onLent(length: number): boolean;
  /** The peer will send no more. */
  onFin(): void;
  /** What write() held back has gone out. */
  onDrain(): void;
  /** The stream is gone; `error` is why, null if it closed in order. Called once. */
  onClose(error: Error | null): void;
}

export interface Transport {
  readonly socket: Duplex;
  handler: TransportHandler | null;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Queues bytes, a string as latin-1. False: wait for onDrain before more. */
  write(data: string | Uint8Array): boolean;
  /** Holds writes back until uncork(), so that they leave in one system call. */
  cork(): void;
  uncork(): void;
  resume(): void;
  /** Whether the open stream keeps the process alive. */
  hold(on: boolean): void;
  /** Ends the stream at once; onClose follows. */
  destroy(error?: Error): void;
  /** Gives the stream up: from now on it is an ordinary socket, and `leftover` the first thing that it delivers. */
  detach(leftover: Uint8Array): Duplex;
}
