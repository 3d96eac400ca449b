// What exports have in common: bodies as text, times as text, what is wrong in words.

import type { BodyRef, CapturedRequest, CapturedResponse, Exchange } from '../exchange.js';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The bytes as text, if they are UTF-8 to the letter; else null. */
export function asText(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

export function isoTime(milliseconds: number): string {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? new Date(0).toISOString() : date.toISOString();
}

export function startOf({ request, response }: Exchange): number {
  return request?.startedAt ?? response?.startedAt ?? 0;
}

/** The body, content codings taken off; `problem` is asked for afterwards, since only then it is known. */
export async function decodedBody(body: BodyRef): Promise<{ bytes: Uint8Array; problem: string | null }> {
  const bytes = await body.decoded();
  return { bytes, problem: body.problem };
}

/** Everything that is wrong with an exchange, each thing once. */
export function problemsOf({ request, response, problem }: Exchange): string[] {
  const problems = [problem, ...messageProblems('request', request), ...messageProblems('response', response)];
  return [...new Set(problems.filter((text) => text !== null))];
}

function messageProblems(name: string, message: CapturedRequest | CapturedResponse | null): (string | null)[] {
  if (message === null) return [];
  return [message.problem, message.body.problem].map((text) => (text === null ? null : `${name}: ${text}`));
}

export function flagsOf({ request, response }: Exchange): string[] {
  return [...new Set([...(request?.flags ?? []), ...(response?.flags ?? [])])];
}
