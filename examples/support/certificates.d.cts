// Types of certificates.cjs.

/** A certificate and its private key, both PEM: what `tls.createServer` takes. */
export interface Leaf {
  readonly cert: string;
  readonly key: string;
}

export interface Certificates {
  /** The authority's certificate: what a client is given as `ca`. */
  readonly ca: string;
  /** Valid for localhost, 127.0.0.1 and ::1. */
  readonly good: Leaf;
  /** As `good`, but its time is over. */
  readonly expired: Leaf;
  /** Valid, but for elsewhere.example. */
  readonly wrongHost: Leaf;
  /** As `good`, but signed by itself. */
  readonly selfSigned: Leaf;
}

/** Made once per process. */
export function certificates(): Promise<Certificates>;

/** A leaf for these host names and addresses, signed by the same authority. */
export function leafFor(...names: string[]): Promise<Leaf>;
