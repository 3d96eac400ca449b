// What handlers may do, and what becomes of it: be absent, throw, call other parsers of either kind at any point and to any depth,
// call their own. Nothing of that may change what is told of a connection. On every build.

import { describe, expect, test } from '@jest/globals';
import { ImproperConnectionState, type RequestHandlers, type ResponseHandlers } from '../../src/parser.js';
import { rawBytes, vectors } from '../rfc/vectors.js';
import { makeTokeniser, subjects } from '../support/engines.js';
import { byteByByte, prng, randomSplit, type Cuts } from '../support/splits.js';
import { thrown } from '../support/thrown.js';
import { conversations } from './conversations.js';
import { factsOf, Log, makeParser, outcome, play, type Script } from './play.js';

const builds = subjects.map((subject) => [subject.name, makeTokeniser(subject)] as const);

/** Long enough for several slabs, and for chunks that are handed out from where they are. */
const chunk = (size: number, n: number): string => `${size.toString(16)}\r\n${String.fromCharCode(97 + (n % 26)).repeat(size)}\r\n`;
const long: Script = {
  kind: 'response',
  bytes: Buffer.from(
    `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${[5000, 1, 20, 9000, 4096, 4095, 300, 17000, 2]
      .map(chunk)
      .join('')}0\r\nT: u\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc`,
  ),
  closes: true,
};
const scripts: readonly Script[] = [...conversations, long];

/** What may be parsed in between: everything that is short. */
const others: readonly Script[] = [
  ...conversations,
  ...vectors
    .filter((vector) => vector.direction !== 'send' && vector.raw_repeat === undefined && vector.raw.length < 3000)
    .map((vector): Script => {
      const requests = vector.method === null ? [] : [{ method: vector.method }];
      return { kind: vector.kind, bytes: rawBytes(vector), requests, closes: vector.eof_after_raw === true };
    }),
];

const EVENTS = ['onInformational', 'onHead', 'onBody', 'onTrailers', 'onEnd', 'onSpace'] as const;
type Name = (typeof EVENTS)[number];
type Handlers = RequestHandlers & ResponseHandlers;

/** The handlers of a log, with `act` called first in each that is named, onSpace among them. */
function acting(log: Log, names: readonly Name[], act: (name: Name) => void): Handlers {
  const all: Handlers = { ...log.handlers, onSpace: (length) => new Uint8Array(length) };
  const handlers = all as Record<Name, (argument: never) => unknown>;
  for (const name of names) {
    const handler = handlers[name];
    handlers[name] = (argument: never) => {
      act(name);
      return handler(argument);
    };
  }
  return all;
}

/** Pushes the script in pieces that end at `cuts`. What is thrown may be nothing: `failed` says so. */
function run(
  parser: ReturnType<typeof makeParser>,
  { bytes, closes }: Script,
  cuts: Cuts,
): { used: number; failed: boolean; error: unknown } {
  let used = 0;
  try {
    for (const end of [...cuts, bytes.length]) {
      used += parser.push(bytes.subarray(used, end));
      if (used < end) break;
    }
    if (closes) parser.finish();
  } catch (error) {
    return { used, failed: true, error };
  }
  return { used, failed: false, error: null };
}

describe.each(builds)('%s', (build, tokeniser) => {
  const random = prng(23);
  const alone = new Map([...scripts, ...others].map((script) => [script, JSON.stringify(outcome(play(script, tokeniser)))]));
  const splitsOf = ({ bytes }: Script): Cuts[] => [[], randomSplit(bytes.length, random), randomSplit(bytes.length, random, 30)];

  /** What comes of a script with these handlers around those of the log. */
  const outcomeWith = (script: Script, log: Log, handlers: Handlers, cuts: Cuts): string => {
    const { used, error } = run(makeParser(script, handlers, tokeniser), script, cuts);
    log.close();
    return JSON.stringify(outcome({ ...log, used, error }));
  };

  describe('are absent', () => {
    const one: Handlers = { onInformational() {}, onHead() {}, onBody() {}, onTrailers() {}, onEnd() {}, onSpace: () => new Uint8Array(1) };

    test.each(['all', ...EVENTS])('%s, or all but this one', (name) => {
      const handlers = Object.fromEntries(EVENTS.map((event) => [event, event === name ? one[event] : undefined])) as Handlers;
      for (const script of scripts) {
        const { used, error } = play(script, tokeniser);
        for (const cuts of splitsOf(script)) {
          const result = run(makeParser(script, handlers, tokeniser), script, cuts);
          expect(factsOf(result.error)).toEqual(factsOf(error));
          if (!result.failed) expect(result.used).toBe(used);
        }
      }
    });
  });

  describe('throw', () => {
    test.each(EVENTS)('%s: push() throws the same, and the parser is of no use from then on', (name) => {
      let failures = 0;
      const mine = [new Error('mine'), 'a string', undefined];
      for (const [n, script] of scripts.entries()) {
        for (const cuts of splitsOf(script)) {
          const error = mine[failures % 3];
          // Not always the first time.
          let calls = n % 2;
          const handlers = acting(new Log(), [name], () => {
            if (calls-- === 0) throw error;
          });
          const parser = makeParser(script, handlers, tokeniser);
          const result = run(parser, script, cuts);
          if (calls >= 0) continue;
          failures++;
          expect([result.failed, result.error]).toEqual([true, error]);
          for (const call of [() => parser.push(script.bytes), () => parser.finish()]) {
            const refusal = thrown(call);
            expect(refusal).toMatchObject({ name: 'HTTPException', code: 'HTTP_PARSER_FAILED' });
            if (error === undefined) expect(refusal.cause).toBeInstanceOf(Error);
            else expect(refusal.cause).toBe(error);
          }
        }
        // It takes nothing of the others with it.
        const other = others[n % others.length] as Script;
        expect(JSON.stringify(outcome(play(other, tokeniser)))).toBe(alone.get(other));
      }
      expect(failures).toBeGreaterThan(2);
    });

    test('a handler that finish() calls', () => {
      const error = new Error('mine');
      const parser = makeParser({ kind: 'response' }, { onEnd: () => raise(error) }, tokeniser);
      parser.push(Buffer.from('HTTP/1.1 200 OK\r\n\r\nabc'));
      expect(thrown(() => parser.finish())).toBe(error);
      expect(thrown(() => parser.finish())).toMatchObject({ code: 'HTTP_PARSER_FAILED', cause: error });
    });

    test('the error of the message comes behind what handlers are told of it, if they let it', () => {
      const bytes = Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\nx');
      const errorWith = (handlers: Handlers): unknown => thrown(() => makeParser({ kind: 'response' }, handlers, tokeniser).push(bytes));
      const mine = new Error('mine');
      expect(errorWith({ onBody: () => raise(mine) })).toBe(mine);
      expect(errorWith({ onHead: () => raise(mine) })).toBe(mine);
      expect(errorWith({ onEnd: () => raise(mine) })).toMatchObject({ rule: 'chunk-size' });
    });
  });

  describe('call other parsers', () => {
    test('at every call, two deep', () => {
      let n = 0;
      let deepest = 0;
      const between = (depth: number) => (): void => {
        if (depth === 2) return;
        const other = others[n++ % others.length] as Script;
        deepest = Math.max(deepest, depth + 1);
        const text = JSON.stringify(outcome(play(other, tokeniser, randomSplit(other.bytes.length, random, 2), between(depth + 1))));
        if (text !== alone.get(other)) expect(JSON.parse(text)).toEqual(JSON.parse(alone.get(other) as string));
      };
      for (const script of scripts) {
        for (const cuts of [...splitsOf(script), ...(script === long || build === 'reference' ? [] : [byteByByte(script.bytes.length)])])
          expect([cuts, JSON.stringify(outcome(play(script, tokeniser, cuts, between(0))))]).toEqual([cuts, alone.get(script)]);
      }
      expect(deepest).toBe(2);
    });

    test('for memory, too', () => {
      for (const script of scripts) {
        for (const cuts of splitsOf(script)) {
          let n = 0;
          const log = new Log();
          const handlers = acting(log, EVENTS, () => {
            const other = others[n++ % others.length] as Script;
            expect(JSON.stringify(outcome(play(other, tokeniser)))).toBe(alone.get(other));
          });
          expect(outcomeWith(script, log, handlers, cuts)).toBe(alone.get(script));
        }
      }
    });

    test('that stand in the middle of a head of theirs', () => {
      const head = Buffer.from(`HTTP/1.1 200 OK\r\nA: ${'x'.repeat(500)}\r\nB: c\r\nContent-Length: 1\r\n\r\na`);
      for (const script of scripts) {
        const log = new Log();
        let at = 0;
        let parser = makeParser({ kind: 'response' }, log.handlers, tokeniser);
        // The other one goes on by a few bytes whenever it can.
        const goOn = (): void => {
          const end = Math.min(head.length, at + 7);
          parser.push(head.subarray(at, end));
          at = end % head.length;
          if (at === 0) parser = makeParser({ kind: 'response' }, log.handlers, tokeniser);
        };
        for (const cuts of splitsOf(script)) expect(JSON.stringify(outcome(play(script, tokeniser, cuts, goOn)))).toBe(alone.get(script));
        log.close();
        for (const { headers, body, complete } of log.messages.filter((message) => message.complete))
          expect([headers.length, headers[2], body, complete]).toEqual([3, ['Content-Length', '1'], 'a', true]);
      }
    });
  });

  describe('call their own parser', () => {
    test.each(EVENTS)('%s: push() and finish() are refused, and nothing else happens', (name) => {
      for (const script of scripts) {
        for (const cuts of splitsOf(script)) {
          const log = new Log();
          const refused: unknown[] = [];
          const handlers = acting(log, [name], () => {
            for (const call of [() => parser.push(script.bytes), () => parser.push(new Uint8Array(0)), () => parser.finish()])
              refused.push(thrown(call));
          });
          const parser = makeParser(script, handlers, tokeniser);
          const { used, error } = run(parser, script, cuts);
          log.close();
          expect(JSON.stringify(outcome({ ...log, used, error }))).toBe(alone.get(script));
          expect(refused.every((one) => one instanceof ImproperConnectionState)).toBe(true);
        }
      }
    });

    test('the refusal is an error of the handler like any other, if it lets it pass', () => {
      const script: Script = { kind: 'request', bytes: Buffer.from('GET / HTTP/1.1\r\n\r\n'), closes: false };
      const parser = makeParser(script, { onHead: () => void parser.push(script.bytes) }, tokeniser);
      expect(thrown(() => parser.push(script.bytes))).toMatchObject({ name: 'ImproperConnectionState' });
      expect(thrown(() => parser.push(script.bytes))).toMatchObject({ code: 'HTTP_PARSER_FAILED' });
    });
  });
});

function raise(error: unknown): never {
  throw error;
}
