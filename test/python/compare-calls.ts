// Compares what a request case gave with what CPython did, aspect by aspect: host, port, sent (the bytes on each socket),
// results (what the calls returned or threw), opened (where the sockets lead) and stdout. How writes were divided is not
// compared, nor in which order sockets were opened and wrapped.

import type { Differences } from '../differential/compare.js';
import type { RequestCase } from '../differential/corpus.js';
import { inPython } from '../differential/errors.js';
import type { PlayedRequest } from '../differential/play-request.js';

const RAISED = /^\w+ raised \w+: /;
const OPENED = /^(?:connect \S+|wrap_socket .*)/;

export function callDifferences({ expected }: RequestCase, played: PlayedRequest): Differences {
  const log = expected.exception === undefined ? expected.log : [`constructor raised ${expected.exception.type}: `];
  const results = log
    // A response that is not there can be closed, to the player of our side.
    .filter((line) => !OPENED.test(line) && !line.startsWith('close_response raised AttributeError'))
    .map((line) =>
      (RAISED.exec(line)?.[0] ?? line)
        .replace(/: $/, '')
        .replace(/<http.*>/, '[]')
        .replace(/^read raised AttributeError/, 'read raised TypeError'),
    );
  const python: Record<string, unknown> = {
    host: expected.host,
    port: expected.port,
    sent: expected.sent.map((calls) => calls.join('')),
    results,
    opened: log.flatMap((line) => OPENED.exec(line) ?? []).sort(),
    stdout: expected.stdout ?? '',
  };
  const ours: Record<string, unknown> = {
    host: played.host,
    port: played.port,
    sent: played.sent,
    results: played.log.map((logged, n) => {
      if ('result' in logged) return logged.result;
      const type = / raised (\w+)$/.exec(results[n] ?? '')?.[1];
      return `${logged.op} raised ${inPython(logged.error, type === undefined ? undefined : { type })}`;
    }),
    opened: [...played.opened].sort(),
    stdout: played.stdout,
  };
  return Object.fromEntries(
    Object.keys(python)
      .filter((aspect) => JSON.stringify(python[aspect]) !== JSON.stringify(ours[aspect]))
      .map((aspect) => [aspect, [python[aspect], ours[aspect]] as const]),
  );
}
