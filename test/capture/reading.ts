// Captures through readCapture, and what came of them as plain values that can be compared.

import type { Exchange } from '../../src/capture.js';
import { readCapture } from '../../src/capture.js';

type Input = Parameters<typeof readCapture>[0];

export async function exchangesOf(input: Input): Promise<Exchange[]> {
  const exchanges: Exchange[] = [];
  for await (const exchange of readCapture(input)) exchanges.push(exchange);
  return exchanges;
}

const latin1 = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');

/** An exchange in one line for each message: what was said, its body, its flags. */
export async function summary({ request, response, problem }: Exchange): Promise<string[]> {
  const lines: string[] = [];
  for (const message of [request, response]) {
    if (message === null) {
      lines.push('-');
      continue;
    }
    const start = 'method' in message ? `${message.method} ${message.target}` : `${message.status} ${message.reason}`;
    const body = latin1(await message.body.bytes());
    lines.push([start, JSON.stringify(body), message.flags.join(), message.body.complete ? '' : 'incomplete'].join(' ').trim());
  }
  if (problem !== null) lines.push(problem);
  return lines;
}

export async function summaries(input: Input): Promise<string[][]> {
  return Promise.all((await exchangesOf(input)).map(summary));
}
