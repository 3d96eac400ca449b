// Types of servers.cjs.

/** One request as its server saw it. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Decoded from chunks; latin-1. */
  readonly body: string;
  /** Which connection it came on, counted from 1; 0 for CONNECT. */
  readonly connection: number;
  readonly encrypted: boolean;
}

export interface Servers {
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly proxyPort: number;
  /** The authority that the TLS server's certificate is signed by, PEM. */
  readonly ca: string;
  readonly log: Seen[];
  close(): Promise<void>;
}

export function startServers(options?: { readonly certificateFor?: readonly string[] }): Promise<Servers>;
