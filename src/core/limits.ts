// The bounds on what a peer may make us hold, with the reason for each. An option may lower or raise one up to
// its hard cap; above it the option itself is a RangeError. Nothing is allocated from a length that a peer declares.

import { FIELD_CAPACITY, HEAD_CAPACITY } from '../wasm/layout.generated.js';

export interface Limits {
  /** Field lines of a head; obs-folds count as their field. */
  readonly maxHeaders: number;
  /** Bytes of a head, start line and final empty line included. */
  readonly maxHeaderSize: number;
  /** Bytes of a body after the transfer coding is removed. */
  readonly maxBodySize: number;
}

/** CPython's 100 refuses sites that every other client reads (gh-131724). */
export const DEFAULT_LIMITS: Limits = { maxHeaders: 1000, maxHeaderSize: HEAD_CAPACITY, maxBodySize: Infinity };

/** Interim responses to one request: without a bound, a stream of them defeats every timeout (gh-150743). */
export const MAX_INTERIM_RESPONSES = 100;
/** Field lines and bytes of a trailer section (gh-150743). */
export const MAX_TRAILER_FIELDS = 100;
export const MAX_TRAILER_SIZE = 16384;

export function checkedLimits(options: { [name in keyof Limits]?: number | undefined }): Limits {
  const { maxHeaders, maxHeaderSize, maxBodySize } = options;
  if (maxHeaders === undefined && maxHeaderSize === undefined && maxBodySize === undefined) return DEFAULT_LIMITS;
  return {
    maxHeaders: bounded('maxHeaders', maxHeaders, DEFAULT_LIMITS.maxHeaders, FIELD_CAPACITY),
    maxHeaderSize: bounded('maxHeaderSize', maxHeaderSize, DEFAULT_LIMITS.maxHeaderSize, HEAD_CAPACITY),
    maxBodySize:
      maxBodySize === Infinity ? Infinity : bounded('maxBodySize', maxBodySize, DEFAULT_LIMITS.maxBodySize, Number.MAX_SAFE_INTEGER),
  };
}

function bounded(name: string, value: number | undefined, fallback: number, cap: number): number {
  if (value === undefined) return fallback;
  if (!Number.isInteger(value) || value < 0 || value > cap)
    throw new RangeError(`${name} must be an integer from 0 to ${cap}, not ${value}`);
  return value;
}
