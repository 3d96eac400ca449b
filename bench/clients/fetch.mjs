// The global fetch.

import { JSON_PATH } from '../inputs/answers.mjs';
import { expectJson, inTurn } from './check.mjs';

function json({ port }) {
  const url = `http://127.0.0.1:${port}${JSON_PATH}`;
  const one = async () => {
    const response = await fetch(url);
    expectJson(response.status, await response.text());
  };
  return { run: inTurn(one), close() {} };
}

export default { json };
