// What an export leaves out unless it is asked not to: the values of the fields that let their reader act as somebody else. It does not know
// of secrets anywhere else, in a query or in a body.

import type { Field, HTTPMessage } from '../../core/message.js';

export interface ExportOptions {
  /** Whether secrets are left out; true unless given. */
  readonly redact?: boolean | undefined;
}

const SECRET = new Set(['authorization', 'proxy-authorization', 'cookie', 'set-cookie']);
const REDACTED = '[redacted]';

function isSecret(name: string): boolean {
  return SECRET.has(name.toLowerCase());
}

/** The fields as they are written. */
export function shownFields(message: HTTPMessage, { redact = true }: ExportOptions): Field[] {
  const fields = message.items();
  return redact ? fields.map(([name, value]) => [name, isSecret(name) ? REDACTED : value]) : fields;
}

/** The URL as it is written: without user and password (RFC 3986 3.2.1). */
export function shownURL(url: string, { redact = true }: ExportOptions): string {
  return redact ? url.replace(/^([a-z][a-z\d+.-]*:\/\/)[^/?#]*@/i, '$1') : url;
}

// Field lines of a head or a trailer section, with their continuation lines (RFC 9112 5.2).
const SECRET_LINES = new RegExp(`^(${[...SECRET].join('|')})[ \\t]*:[^\\r\\n]*(?:\\r?\\n[ \\t][^\\r\\n]*)*`, 'gim');

/** The same for a head as it came over the wire. */
export function shownHead(head: string, { redact = true }: ExportOptions): string {
  if (!redact) return head;
  const end = head.indexOf('\n') + 1;
  const startLine = head.slice(0, end).replace(/^(\S+ +[a-z][a-z\d+.-]*:\/\/)[^/?#\s]*@/i, '$1');
  return startLine + head.slice(end).replace(SECRET_LINES, `$1: ${REDACTED}`);
}
