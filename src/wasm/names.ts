// Field names that many messages have, in the letter case that they mostly have. The tokeniser finds them by their bytes, so
// that each is one string for the whole thread; further names are learned as they come (see NameTable).

import { NAME_CAPACITY, NAME_SIZE } from './layout.generated.js';

/** The framing fields, as they are mostly written. They come first: the tokeniser keeps ids for them. */
const FRAMING = ['Content-Length', 'Transfer-Encoding', 'Connection', 'Keep-Alive', 'Upgrade', 'Host'];

const COMMON = `
  Accept Accept-Charset Accept-Encoding Accept-Language Accept-Ranges Access-Control-Allow-Headers
  Access-Control-Allow-Methods Access-Control-Allow-Origin Access-Control-Max-Age Age Allow Alt-Svc Authorization
  Cache-Control CDN-Cache-Control Content-Disposition Content-Encoding Content-Language Content-Range
  Content-Security-Policy Content-Type Cookie Date DNT ETag Expect Expires Forwarded From If-Match If-Modified-Since
  If-None-Match If-Range If-Unmodified-Since Last-Modified Link Location Max-Forwards NEL Origin P3P Permissions-Policy
  Pragma Priority Proxy-Authenticate Proxy-Authorization Range Referer Referrer-Policy Report-To Retry-After Sec-Fetch-Dest
  Sec-Fetch-Mode Sec-Fetch-Site Server Server-Timing Set-Cookie Strict-Transport-Security TE Timing-Allow-Origin Traceparent
  Trailer Upgrade-Insecure-Requests User-Agent Vary Via WWW-Authenticate X-Cache X-Cache-Hits X-Content-Type-Options
  X-Forwarded-For X-Forwarded-Host X-Forwarded-Proto X-Frame-Options X-Powered-By X-Request-Id X-Requested-With X-Served-By
  X-XSS-Protection
`
  .trim()
  .split(/\s+/);

/** The names that a tokeniser knows from the start, each also in lower case. */
export const KNOWN_NAMES: readonly string[] = [...FRAMING, ...COMMON].flatMap((name) => [name, name.toLowerCase()]);

/** Names that were seen once and may be learned when they are seen again. */
const MOST_CANDIDATES = 256;

/** The names that have an id, as strings. */
export class NameTable {
  /** The names by id; '' for an id that is none. */
  readonly names: string[] = [''];
  /** A number for each name whatever its letter case, by id; 0 for an id that is none. */
  readonly groups = new Uint8Array(NAME_CAPACITY);
  readonly #groupOf = new Map<string, number>();
  readonly #add: (name: string) => number;
  readonly #candidates = new Set<string>();
  #full = false;

  /** `add` makes the name known to the tokeniser, and returns its id or 0. */
  constructor(add: (name: string) => number) {
    this.#add = add;
    for (const name of KNOWN_NAMES) this.#learn(name);
  }

  /** The group of the names that are `lower` in lower case, or 0. */
  groupOf(lower: string): number {
    return this.#groupOf.get(lower) ?? 0;
  }

  /** A name without an id was decoded. One that comes again gets an id: most peers have names of their own, and few of them. */
  saw(name: string): void {
    // Where a name of one letter is looked for depends on the value behind it.
    if (this.#full || name.length >= NAME_SIZE || name.length < 2) return;
    if (this.#candidates.delete(name)) {
      this.#learn(name);
    } else {
      // What never comes again must not fill the table.
      if (this.#candidates.size >= MOST_CANDIDATES) this.#candidates.clear();
      this.#candidates.add(name);
    }
  }

  #learn(name: string): void {
    const id = name.length > 0 && name.length < NAME_SIZE ? this.#add(name) : 0;
    if (id === 0) return;
    while (this.names.length <= id) this.names.push('');
    this.names[id] = name;
    const lower = name.toLowerCase();
    const group = this.groupOf(lower) || this.#groupOf.size + 1;
    this.#groupOf.set(lower, group);
    this.groups[id] = group;
    this.#full = id === NAME_CAPACITY - 1;
  }
}
