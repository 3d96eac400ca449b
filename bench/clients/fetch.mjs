// The global fetch.

import { JSON_PATH } from '../inputs/answers.mjs';
import { expectJson, HOST, inTurn } from './check.mjs';

function json({ port }) {
  const url = `http://${HOST}:${port}${JSON_PATH}`;
  const one = async () => {
    const response = await fetch(url);
    expectJson(response.status, await response.text());
  };
  return { run: inTurn(one), close() {} };
}

export default { json };
