// Clients under load, each by what it has for many requests at a time. `get` resolves with the head; of the body there is `pieces`, to
// count them as they come, and `whole`, to have all of it at once.

import http from 'node:http';
import { buffer } from 'node:stream/consumers';
import { PoolManager } from 'headlong';
import { Pool } from 'undici';

export const clients = {
  headlong(port, connections) {
    const pool = new PoolManager({ connections });
    return {
      async get(path) {
        const response = await pool.request('GET', `http://127.0.0.1:${port}${path}`);
        return { status: response.status, pieces: () => response.chunks(), whole: () => response.read() };
      },
      close: () => pool.destroy(),
    };
  },

  undici(port, connections) {
    const pool = new Pool(`http://127.0.0.1:${port}`, { connections });
    return {
      async get(path) {
        const { statusCode, body } = await pool.request({ method: 'GET', path });
        return { status: statusCode, pieces: () => body, whole: () => body.bytes() };
      },
      close: () => void pool.destroy(),
    };
  },

  node(port, connections) {
    const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
    return {
      get: (path) =>
        new Promise((resolve, reject) => {
          const request = http.get({ agent, port, host: '127.0.0.1', path }, (response) =>
            resolve({ status: response.statusCode, pieces: () => response, whole: () => buffer(response) }),
          );
          request.on('error', reject);
        }),
      close: () => agent.destroy(),
    };
  },
};
