// No byte outside the input is read, and none is written but the records in front of a section. An input that ends where memory
// ends makes a WebAssembly build trap when it reads too far (picohttpparser's guard page); what lies around an input elsewhere
// must neither matter nor change; and decoding chunks in place may write the bytes that it returns and not one behind them.

import { describe, expect, test } from '@jest/globals';
import * as layout from '../../src/wasm/layout.generated.js';
import { bytesOf, headOutcome, latin1, readChunks, readHead, simd, subjects, type HeadOptions } from '../support/engines.js';
import { loadVectors } from '../support/vectors.js';

const OPTIONS: HeadOptions = { flags: layout.KIND_RESPONSE, maxFields: 100, maxSize: layout.HEAD_CAPACITY };

// Names and values of many lengths: every load of the framing fields, every tail of the vector loops.
const HEAD = bytesOf(
  'HTTP/1.1 200 ' +
    'OK'.repeat(9) +
    '\r\nHost: a\r\nUpgrade: h2c\r\nConnection: keep-alive, upgrade, close\r\nKeep-Alive: timeout=5\r\nContent-Length: 17\r\n' +
    `Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n${'n'.repeat(37)}: ${'v'.repeat(41)}\r\n folded \t\r\n\r\n`,
);
const CHUNKS = bytesOf(`1\r\na\r\n5;ext="q\\""\r\nhello\r\n0011 \r\n${'d'.repeat(17)}\r\n12c\r\n${'e'.repeat(300)}\r\n0\r\n\r\n`);

const compact = loadVectors().filter((vector) => vector.input.length < 400);

describe.each(subjects.map((subject) => [subject.name, subject] as const))('%s', (_name, subject) => {
  const { engine, bytes, table } = subject;

  test('a head of every length, flush against the end of memory', () => {
    const answers = new Set<number>();
    for (let length = 0; length <= HEAD.length; length++) {
      const start = layout.MEMORY_END - length;
      bytes.set(HEAD.subarray(0, length), start);
      const code = engine.parseHead(OPTIONS.flags, start, layout.MEMORY_END, 0, OPTIONS.maxFields, OPTIONS.maxSize);
      if (length < HEAD.length) answers.add(code);
      else expect(code).toBe(length);
    }
    expect([...answers]).toEqual([layout.PARTIAL]);
  });

  test('a head whose bytes come one by one up to the end of memory', () => {
    const start = layout.MEMORY_END - HEAD.length;
    bytes.set(HEAD, start);
    let code: number = layout.PARTIAL;
    for (let length = 1; length <= HEAD.length; length++) {
      code = engine.parseHead(
        OPTIONS.flags,
        start,
        start + length,
        length === 1 ? 0 : start + length - 1,
        OPTIONS.maxFields,
        OPTIONS.maxSize,
      );
    }
    expect(code).toBe(HEAD.length);
  });

  test('every short vector, flush against the end of memory', () => {
    for (const { title, kind, input, options } of compact) {
      const start = layout.MEMORY_END - input.length;
      const there =
        kind === 'chunked' ? readChunks(subject, input, options.flags, [], start) : readHead(subject, input, options, [], start);
      const elsewhere = kind === 'chunked' ? readChunks(simd, input, options.flags) : readHead(simd, input, options);
      expect({ title, ...there }).toEqual({ title, ...elsewhere });
    }
  });

  test('a chunked body of every length, flush against the end of memory', () => {
    for (let length = 0; length <= CHUNKS.length; length++) {
      const start = layout.MEMORY_END - length;
      const outcome = readChunks(subject, CHUNKS.subarray(0, length), 0, [], start);
      expect(outcome.outcome).toBe(length < CHUNKS.length ? layout.CHUNK_MORE : layout.CHUNK_DONE);
    }
  });

  // Digits, token characters, colons, blanks and line ends: each would lengthen or end something if it were read.
  const surroundings = [0x00, 0x0a, 0x0d, 0x20, 0x2c, 0x30, 0x3a, 0x61, 0xff];
  /** More than the records of any head here take. */
  const IN_FRONT = 512;

  /** Reads the head at `start` of which `length` bytes have come; looks at every byte around it that should be `byte` still. */
  function readWatched(start: number, length: number, byte: number): number {
    const code = engine.parseHead(OPTIONS.flags, start, start + length, 0, OPTIONS.maxFields, OPTIONS.maxSize);
    const isAsBefore = (around: number): boolean => around === byte;
    const records = start - (table[layout.TABLE_SIZE] as number);
    expect(records).toBeGreaterThan(start - IN_FRONT);
    expect(bytes.subarray(start - IN_FRONT, records).every(isAsBefore)).toBe(true);
    expect(latin1(bytes.subarray(start, start + HEAD.length))).toBe(latin1(HEAD));
    expect(bytes.subarray(start + HEAD.length, start + HEAD.length + 64).every(isAsBefore)).toBe(true);
    return code;
  }

  test('a head at every alignment, whatever is around it', () => {
    const expected = JSON.stringify(readHead(simd, HEAD, OPTIONS));
    for (let alignment = 0; alignment < 32; alignment++) {
      for (const byte of surroundings) {
        const start = layout.HEAD + IN_FRONT + alignment;
        bytes.fill(byte, start - IN_FRONT, start + HEAD.length + 64);
        bytes.set(HEAD, start);
        // One byte less is no head, even if the byte behind the end is the LF that it lacks.
        expect(readWatched(start, HEAD.length - 1, byte)).toBe(layout.PARTIAL);
        bytes.fill(byte, start - IN_FRONT, start);
        const code = readWatched(start, HEAD.length, byte);
        expect(JSON.stringify(headOutcome(subject, code, OPTIONS.flags, start))).toBe(expected);
      }
    }
  });

  test('a head that comes in two reads, cut anywhere: records alone are written', () => {
    for (let cut = 1; cut < HEAD.length; cut++) {
      bytes.fill(0x61, layout.HEAD - IN_FRONT, layout.HEAD + HEAD.length + 64);
      bytes.set(HEAD, layout.HEAD);
      expect(readWatched(layout.HEAD, cut, 0x61)).toBe(layout.PARTIAL);
      const end = layout.HEAD + HEAD.length;
      const code = engine.parseHead(OPTIONS.flags, layout.HEAD, end, layout.HEAD + cut, OPTIONS.maxFields, OPTIONS.maxSize);
      expect(code).toBe(HEAD.length);
      const records = layout.HEAD - (table[layout.TABLE_SIZE] as number);
      expect(bytes.subarray(layout.HEAD - IN_FRONT, records).every((byte) => byte === 0x61)).toBe(true);
    }
  });

  // The most records that there can be, and the widest.
  test('as many field lines as may be have their records within their room', () => {
    const count = layout.FIELD_CAPACITY;
    const head = bytesOf(`HTTP/1.1 200 OK\r\n${'A:b\r\n'.repeat(count)}\r\n`);
    const lowest = layout.HEAD - layout.TABLE_ROOM;
    bytes.fill(0x61, lowest - 64, lowest);
    const outcome = readHead(subject, head, { ...OPTIONS, maxFields: count });
    expect(outcome.code).toBe(head.length);
    expect(table[layout.FIELD_COUNT]).toBe(count);
    expect(table[layout.TABLE_SIZE]).toBe(layout.TABLE_ROOM);
    expect(bytes.subarray(lowest - 64, lowest).every((byte) => byte === 0x61)).toBe(true);
  });

  // The areas that a call may write to besides: slots and notes.
  const notes: readonly (readonly [from: number, to: number])[] = [
    [layout.SLOTS, layout.SLOTS + layout.SLOT_COUNT * 4],
    [layout.FRAMING_QUEUE, layout.FRAMING_QUEUE + layout.FRAMING_QUEUE_SIZE * 8],
    [layout.LINE_ENDS, layout.LINE_ENDS + (layout.WINDOW / 2) * 4 + 12],
  ];

  test('nothing else in memory is written: names, templates, other sections', () => {
    const many = Array.from({ length: 90 }, (_unused, n) => `X-${n}: ${'v'.repeat(n * 3)}\r\nHost: a\r\n`).join('');
    // As many line ends, or what may be some, as a window can hold.
    const dense = `A: b\r\nB: ${'c\x7f'.repeat(3000)}\r\n`;
    const flags = OPTIONS.flags | layout.QUIRK_CONTROL_CHARACTERS;
    for (const head of [HEAD, bytesOf(`HTTP/1.1 200 OK\r\n${many}\r\n`), bytesOf(`HTTP/1.1 200 OK\r\n${dense}\r\n`)]) {
      const start = layout.READ + 300;
      bytes.set(head, start);
      const before = bytes.slice();
      const code = engine.parseHead(flags, start, start + head.length, 0, 1000, OPTIONS.maxSize);
      expect(code).toBe(head.length);
      for (const [from, to] of [...notes, [start - (table[layout.TABLE_SIZE] as number), start] as const])
        bytes.set(before.subarray(from, to), from);
      // Bytes gathered from a name that is none, behind the static data.
      if (subject.name !== 'reference') bytes.set(before.subarray(0, layout.SLOTS), 0);
      expect(Buffer.compare(bytes, before)).toBe(0);
    }
  });

  /** Decodes `input` at `start` with `byte` around it; the body, after a look at every byte that should be as it was. */
  function decodeWatched(input: Uint8Array, start: number, byte: number): string {
    const end = start + input.length;
    bytes.fill(byte, start - 64, end + 64);
    bytes.set(input, start);
    table.fill(0, layout.CHUNK_PHASE, layout.CHUNK_PHASE + 5);
    const length = engine.decodeChunks(0, start, end, 0);
    if (latin1(bytes.subarray(start + length, end)) !== latin1(input.subarray(length))) throw new Error('written behind the body');
    for (let n = 1; n <= 64; n++)
      if (bytes[start - n] !== byte || bytes[end + n - 1] !== byte) throw new Error('written outside the input');
    return latin1(bytes.subarray(start, start + length));
  }

  test('a chunked body at every alignment, whatever is around it', () => {
    for (let alignment = 0; alignment < 32; alignment++) {
      for (const byte of surroundings) {
        expect(decodeWatched(CHUNKS, layout.READ + 64 + alignment, byte)).toBe(`ahello${'d'.repeat(17)}${'e'.repeat(300)}`);
      }
    }
  });

  test('a piece of every size is moved by every distance, and the size line behind it is left whole', () => {
    for (let size = 1; size <= 300; size++) {
      const piece = Array.from({ length: size }, (_, n) => String.fromCharCode(0x21 + ((n * 7 + size) % 90))).join('');
      // The distance is what framing stands before the piece: five bytes and up.
      for (const extension of [
        '',
        ';',
        ';e',
        ';ex',
        ';'.repeat(7),
        ';'.repeat(11),
        ';'.repeat(12),
        ';'.repeat(27),
        ';'.repeat(60),
        ';'.repeat(260),
      ]) {
        const input = bytesOf(`1\r\n#\r\n${size.toString(16)}${extension}\r\n${piece}\r\n2\r\n!!\r\n0\r\n\r\n`);
        const body = decodeWatched(input, layout.READ + 64, 0x0a);
        if (body !== `#${piece}!!`) expect({ size, extension, body }).toEqual({ size, extension, body: `#${piece}!!` });
        expect(table[layout.CHUNK_OUTCOME]).toBe(layout.CHUNK_DONE);
      }
    }
  });

  test('a short first chunk and long ones behind it, cut anywhere', () => {
    for (const size of [15, 16, 17, 31, 32, 33, 255, 256, 257, 300]) {
      const input = bytesOf(
        `1\r\na\r\n${size.toString(16)}\r\n${'b'.repeat(size)}\r\n3\r\nccc\r\n${size.toString(16)}\r\n${'d'.repeat(size)}\r\n0\r\n\r\n`,
      );
      const body = `a${'b'.repeat(size)}ccc${'d'.repeat(size)}`;
      for (let cut = 1; cut < input.length; cut++) expect(readChunks(subject, input, 0, [cut]).body).toBe(body);
    }
  });

  test('a chunk that reaches to the end of memory', () => {
    const size = layout.MEMORY_END - layout.READ - 8;
    const input = bytesOf(`${size.toString(16)}\r\n${'x'.repeat(size)}\r\n`);
    expect(layout.READ + input.length).toBe(layout.MEMORY_END);
    const outcome = readChunks(subject, input, 0);
    expect(outcome).toMatchObject({ outcome: layout.CHUNK_MORE, at: input.length });
    expect(outcome.body).toBe('x'.repeat(size));
  });
});
