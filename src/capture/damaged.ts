// Heads that no parser takes, cut or malformed ones: what of them can be read is shown, and where their message ends is not known.

import type { Framing } from '../core/framing.js';
import { HTTPMessage, type Field } from '../core/message.js';

/** What the heads of captured messages have in common with those of core/head.ts. */
export class DamagedHead {
  readonly method: string;
  readonly target: string;
  readonly status: number;
  readonly reason: string;
  readonly headers: HTTPMessage;
  readonly framing: Framing = { kind: 'close', length: null };
  readonly startLine: string;

  constructor(head: string) {
    const lines = head.split('\n').map((line) => line.replace(/\r$/, ''));
    this.startLine = lines.shift() as string;
    const [, method = '', target = ''] = /^(\S+) +(.*?)(?: +HTTP\/\S*)?\s*$/.exec(this.startLine) ?? [];
    const [, status = '0', reason = ''] = /^\S+ +(\d+) *(.*?)\s*$/.exec(this.startLine) ?? [];
    this.method = method;
    this.target = target;
    this.status = Number(status);
    this.reason = reason;
    const fields: Field[] = [];
    for (const line of lines) {
      const colon = line.indexOf(':');
      if (colon > 0) fields.push([line.slice(0, colon).trim(), line.slice(colon + 1).trim()]);
    }
    this.headers = new HTTPMessage(fields);
  }
}
