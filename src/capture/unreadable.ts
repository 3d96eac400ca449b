// What could not be read of an input, as an exchange without messages: it takes its place among the others, and nothing ends.

import type { Endpoint, Exchange } from './exchange.js';

export const NOWHERE: Endpoint = Object.freeze({ address: '', port: 0 });

export function unreadable(problem: string, id: number, link: string): Exchange {
  return {
    request: null,
    response: null,
    connection: { id, client: NOWHERE, server: NOWHERE, link, encrypted: false },
    timings: { send: 0, wait: 0, receive: 0 },
    problem,
  };
}
