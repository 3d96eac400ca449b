// HTTPSConnection: HTTPConnection over TLS. Verification is on; the options of tls.connect pass through.

import { asciiHost } from '../core/request.js';
import { HTTPS_PORT } from '../core/status.js';
import { serverName, withSecureContext, type TLSOptions } from '../transport/node.js';
import { HTTPConnection } from './connection.js';
import type { ConnectionOptions } from './options.js';

/** Options of HTTPSConnection: those of HTTPConnection, and those of tls.connect. */
export interface HTTPSConnectionOptions extends ConnectionOptions, Omit<TLSOptions, keyof ConnectionOptions> {}

/**
 * A connection over TLS (http.client: HTTPSConnection). The peer's certificate is verified, against the system's
 * authorities or `ca`, for the host given (the tunnel's, if there is one) or `servername`.
 *
 * @example
 * ```ts run
 * import { HTTPSConnection } from 'headlong';
 * await using connection = new HTTPSConnection('localhost', tlsPort, { ca });
 * await connection.request('GET', '/hello');
 * console.log((await connection.getresponse()).status); // 200
 * ```
 */
export class HTTPSConnection extends HTTPConnection {
  readonly #tls: TLSOptions;

  constructor(host: string, port?: number | string | null, options?: HTTPSConnectionOptions);
  constructor(host: string, options?: HTTPSConnectionOptions);
  constructor(host: string, port?: number | string | null | HTTPSConnectionOptions, options?: HTTPSConnectionOptions) {
    const given = typeof port === 'object' && port !== null ? port : (options ?? {});
    super(host, typeof port === 'object' ? null : port, given);
    this.#tls = secureOptions(given);
  }

  protected override defaultPort(): number {
    return HTTPS_PORT;
  }

  protected override tlsFor(host: string): TLSOptions {
    return tlsTowards(this.#tls, host);
  }
}

/** What tls.connect gets of the options, with its secure context. */
export function secureOptions(options: HTTPSConnectionOptions): TLSOptions {
  return withSecureContext(tlsOptionsOf(options));
}

/** The same for the peer `host`, whose name is asked for and verified. */
export function tlsTowards(tls: TLSOptions, host: string): TLSOptions {
  const servername = tls.servername ?? serverName(host.includes(':') ? host : asciiHost(host));
  return servername === undefined ? tls : { ...tls, servername };
}

// What is the connection's own stays out of tls.connect's options: `timeout` and `signal` mean something else there.
function tlsOptionsOf(options: HTTPSConnectionOptions): TLSOptions {
  const {
    timeout,
    connectTimeout,
    headersTimeout,
    bodyTimeout,
    totalTimeout,
    sourceAddress,
    blocksize,
    signal,
    socketPath,
    lookup,
    createConnection,
    maxHeaders,
    maxHeaderSize,
    maxBodySize,
    lenient,
    onInformational,
    ...tls
  } = options;
  // What is undefined is not given; tls.connect would take it for what it is to use.
  return Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined));
}
