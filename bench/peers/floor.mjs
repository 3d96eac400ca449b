// The floor under the chunked bodies: one copy of the content, already free of its chunks. No parser in JavaScript gets below it.

import { CONTENT } from '../inputs/bodies.mjs';

function chunked() {
  const destination = new Uint8Array(CONTENT.length);
  const read = () => {
    destination.set(CONTENT);
    return destination.length;
  };
  return { name: 'floor: one set() of the content', read, answer: (input) => destination.subarray(0, read(input)) };
}

export default { chunked: [chunked] };
