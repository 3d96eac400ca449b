// What is asked of a client under load, and in which amount: `full` for the table, `part` where it has to be quick. Each work says how many
// connections it may use, returns what is to be known of it beside time and memory, and knows what is fine for a client that does as it
// should. A wrong answer is an error.

const assert = require('node:assert/strict');
const { openSync, readFileSync } = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');

const HANG_MS = 4000;

async function small(client) {
  const { status, whole } = await client.get('/small');
  assert.deepEqual([status, (await whole()).length], [200, 2]);
}

/** How many of the promises came to what: a value as a string, or an error's code. */
async function tally(promises) {
  const counts = {};
  for (const outcome of await Promise.allSettled(promises)) {
    const name = outcome.status === 'fulfilled' ? String(outcome.value) : String(outcome.reason.code ?? outcome.reason);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

exports.works = {
  chunks: {
    row: '13',
    title: (count) => `${count} chunks of one byte, read whole`,
    full: 1_000_000,
    part: 100_000,
    connections: 1,
    fine: ({ growth }) => growth < 20,
    async run(client, count) {
      const { whole } = await client.get(`/chunks/${count}`);
      assert.equal((await whole()).length, count);
    },
  },
  announced: {
    row: '19',
    title: (length) => `Content-Length of ${length}, then FIN`,
    full: 4_000_000_000,
    part: 4_000_000_000,
    connections: 1,
    fine: ({ facts, growth }) => facts.HTTP_INCOMPLETE_READ === 1 && growth < 20,
    async run(client, length) {
      return tally([client.get(`/announced/${length}`).then(({ whole }) => whole())]);
    },
  },
  descriptors: {
    row: '35',
    title: (count) => `${count} requests at once with 60 descriptors, then one`,
    full: 80,
    part: 80,
    connections: 80,
    descriptors: 60,
    fine: ({ facts }) => facts[200] > 0 && facts.EMFILE > 0 && facts[200] + facts.EMFILE === 80 && facts.then === 200,
    async run(client, count) {
      const slow = async () => {
        const { status, whole } = await client.get('/slow');
        await whole();
        return status;
      };
      const counts = await tally(Array.from({ length: count }, slow));
      return { ...counts, then: (await tally([slow()]))[200] === 1 ? 200 : 'failed' };
    },
  },
  unread: {
    row: '36',
    title: (count) => `${count} responses of 1 MiB over 2 connections, none read`,
    full: 6,
    part: 6,
    connections: 2,
    fine: ({ facts, growth }) => facts[200] === 6 && growth < 40,
    async run(client, count) {
      const kept = [];
      const head = async () => {
        const response = await client.get(`/stream/${1 << 20}`);
        kept.push(response);
        return response.status;
      };
      return tally(Array.from({ length: count }, () => Promise.race([head(), sleep(HANG_MS, `hang > ${HANG_MS / 1000} s`)])));
    },
  },
  sequential: {
    row: '37',
    title: (count) => `${count} requests, one after the other`,
    full: 30_000,
    part: 3000,
    connections: 1,
    fine: ({ growth }) => growth < 60,
    async run(client, count) {
      for (let n = 0; n < count; n++) await small(client);
    },
  },
  concurrent: {
    row: '38',
    title: (count) => `${count} requests at once over 1000 connections`,
    full: 10_000,
    part: 2000,
    connections: 1000,
    fine: ({ growth }) => growth < 100,
    async run(client, count) {
      await Promise.all(Array.from({ length: count }, () => small(client)));
    },
  },
  stream: {
    row: '39',
    title: (length) => `${length / (1 << 20)} MiB, piece by piece`,
    full: 2 * 1024 ** 3,
    part: 128 * 1024 ** 2,
    connections: 1,
    fine: ({ growth }) => growth < 100,
    async run(client, length) {
      let left = length;
      for await (const piece of (await client.get(`/stream/${length}`)).pieces()) left -= piece.length;
      assert.equal(left, 0);
    },
  },
};

// On Linux maxRSS begins with what the parent had when it made this process. Opened beforehand: there may be no descriptor left.
const status = process.platform === 'linux' ? openSync('/proc/self/status') : null;

/** KiB; to be asked for once. */
const peakMemory = () =>
  status === null ? process.resourceUsage().maxRSS : Number(/^VmHWM:\s*(\d+)/m.exec(readFileSync(status, 'latin1'))[1]);

/** Does one work, and returns how long it took (ms), the memory before and at most (MiB), and what there is to know. */
exports.measure = async function measure(open, { connections, run }, amount) {
  const client = open(connections);
  try {
    await small(client);
    const before = process.memoryUsage.rss();
    const begun = performance.now();
    const facts = (await run(client, amount)) ?? {};
    const ms = performance.now() - begun;
    return { ms: Math.round(ms), before: Math.round(before / 1024 ** 2), peak: Math.round(peakMemory() / 1024), facts };
  } finally {
    client.close();
  }
};
