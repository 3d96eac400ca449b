// What the reference engine does beside the contract that it shares with the builds (test/assembly/).

import { expect, test } from '@jest/globals';
import { KIND_RESPONSE, MEMORY_END, READ } from '../../src/wasm/layout.generated.js';
import { referenceEngine } from '../../src/wasm/reference.js';

test('it has neither ids for names nor templates: what only saves time is left to the builds', () => {
  const engine = referenceEngine();
  expect(engine.addName(4)).toBe(0);
  expect(engine.matchHead(0, READ, READ + 100)).toBe(0);
});

test('an error that is no verdict on the bytes goes on', () => {
  const broken = new Proxy(new Uint8Array(MEMORY_END), {
    get(target, property) {
      if (property === String(READ)) throw new RangeError('out of memory');
      return Reflect.get(target, property, target) as unknown;
    },
  });
  expect(() => referenceEngine(broken).parseHead(KIND_RESPONSE, READ, READ + 10, 0, 100, 1000)).toThrow('out of memory');
});
