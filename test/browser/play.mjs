// Bytes to an outcome that can be compared as text: what a parser calls its handlers with, and what it throws. One file for
// Node, pages and workers, so it uses what all of them have, and the parser gets plain Uint8Arrays.
//
// An input: { id, kind: 'response' | 'request', methods, text, pieces }. Its bytes are those of `text`, in latin-1; it is played
// once for each of `pieces`: in pieces of so many bytes, 0 being all at once.

/** The outcomes of all inputs, each as JSON, in the order of `names` in inputs.ts. */
export function outcomesOf(library, inputs) {
  return inputs.flatMap((input) => {
    const bytes = bytesOf(input.text);
    return input.pieces.map((size) =>
      JSON.stringify({ ...play(library, input, bytes, size), ...(size === 0 ? parse(library, input, bytes) : {}) }),
    );
  });
}

function play({ ResponseParser, RequestParser, HTTPException }, { kind, methods }, bytes, size) {
  const events = [];
  const handlers = {
    onInformational: (head) => events.push(['interim', headOf(head)]),
    onHead: (head) => events.push(['head', headOf(head)]),
    // Where a body is cut is not part of its meaning.
    onBody: (piece) => {
      if (events.at(-1)?.[0] !== 'body') events.push(['body', '']);
      events.at(-1)[1] += textOf(piece);
    },
    onTrailers: (trailers) => events.push(['trailers', trailers.items()]),
    onEnd: () => events.push(['end']),
  };
  const parser = kind === 'response' ? new ResponseParser(handlers) : new RequestParser(handlers);
  if (kind === 'response') for (const method of methods) parser.expect(method);
  let used = 0;
  try {
    while (used < bytes.length) {
      const piece = size === 0 ? bytes : bytes.subarray(used, used + size);
      const taken = parser.push(piece);
      used += taken;
      if (taken < piece.length) break;
    }
    parser.finish();
  } catch (error) {
    return { events, used, error: errorOf(error, HTTPException) };
  }
  return { events, used };
}

/** The same bytes by the function that wants them whole. */
function parse({ parseResponse, parseRequest, HTTPException }, { kind, methods }, bytes) {
  try {
    const message = kind === 'response' ? parseResponse(bytes, { requestMethod: methods[0] }) : parseRequest(bytes);
    const { body, trailers, bytesUsed } = message;
    return { parsed: { ...headOf(message), body: textOf(body), trailers: trailers?.items() ?? null, bytesUsed } };
  } catch (error) {
    return { parsed: errorOf(error, HTTPException) };
  }
}

function headOf({ status, reason, method, target, hostCount, version, headers, framing, keepAlive, upgrade }) {
  return { status, reason, method, target, hostCount, version, fields: headers.items(), framing, keepAlive, upgrade };
}

function errorOf(error, HTTPException) {
  const { name, message, code, rule, offset, quirk, limit, expected } = error;
  return { isOurs: error instanceof HTTPException, name, message, code, rule, offset, quirk, limit, expected };
}

export function bytesOf(text) {
  const bytes = new Uint8Array(text.length);
  for (let n = 0; n < text.length; n++) bytes[n] = text.charCodeAt(n);
  return bytes;
}

function textOf(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return text;
}

/** Whether the memory that a parser worked in is WebAssembly's: only that is still there when it was given away. To be asked last. */
export function isWebAssembly(memory) {
  try {
    structuredClone(memory, { transfer: [memory] });
  } catch {
    // Chromium refuses to take it; Node copies it.
  }
  return memory.byteLength > 0;
}
