// What the clients of the bench share: that answers are right, and the loops around them.

import { ANSWERS, JSON_PATH } from '../inputs/answers.mjs';

export const HOST = '127.0.0.1';

/** A request as a bare socket sends it: what Headlong sends for the same path. */
export const requestFor = (path, port) => `GET ${path} HTTP/1.1\r\nHost: ${HOST}:${port}\r\nAccept-Encoding: identity\r\n\r\n`;

const JSON_TEXT = ANSWERS[JSON_PATH].body.toString();

export function expectJson(status, text) {
  if (status !== 200 || text !== JSON_TEXT) throw new Error(`answered ${status} ${JSON.stringify(text)}`);
}

export function expectLength(length, expected) {
  if (length !== expected) throw new Error(`${length} bytes instead of ${expected}`);
}

/** Calls `one` so many times, each awaited before the next. */
export const inTurn = (one) => async (count) => {
  for (let n = 0; n < count; n++) await one(n);
};

/** The same with `lanes` of them at a time. */
export const abreast = (lanes, one) => async (count) => {
  let left = count;
  const lane = async (n) => {
    while (left-- > 0) await one(n);
  };
  await Promise.all(Array.from({ length: lanes }, (_, n) => lane(n)));
};
