// What Node brings along: node:http with a keep-alive agent.

import { Agent, request } from 'node:http';
import { JSON_PATH } from '../inputs/answers.mjs';
import { expectJson, HOST, inTurn } from './check.mjs';

function json({ port }) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const options = { host: HOST, port, path: JSON_PATH, agent };
  const one = () =>
    new Promise((resolve, reject) => {
      const sent = request(options, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (piece) => {
          text += piece;
        });
        response.on('end', () => {
          expectJson(response.statusCode, text);
          resolve();
        });
        response.on('error', reject);
      });
      sent.on('error', reject);
      sent.end();
    });
  return { run: inTurn(one), close: () => agent.destroy() };
}

export default { json };
