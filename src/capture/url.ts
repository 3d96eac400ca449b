// URLs of captured requests.

import type { Exchange } from './exchange.js';

/** The port that a URL of HTTP leads to; 0 for every other. */
export function portOf(url: string): number {
  const { protocol, port } = URL.canParse(url) ? new URL(url) : { protocol: '', port: '' };
  if (!/^(?:http|ws)s?:$/.test(protocol)) return 0;
  return port !== '' ? Number(port) : protocol.endsWith('s:') ? 443 : 80;
}

/** The URL of the request: as the input says it, or from its target, its Host field and its connection (RFC 9110 7.1). */
export function urlOf({ request, connection, url }: Exchange): string {
  if (url !== undefined) return url;
  const { server } = connection;
  const target = request?.target ?? '/';
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(target)) return target;
  const address = server.address.includes(':') ? `[${server.address}]` : server.address;
  const place = server.port === 80 || server.port === 0 ? address : `${address}:${server.port}`;
  // A name that is nobody's (RFC 2606), where nothing is known.
  const authority = request?.headers.get('host') || place || 'unknown.invalid';
  // The authority-form of CONNECT, and the asterisk-form.
  if (request?.method === 'CONNECT') return `http://${target}`;
  return `http://${authority}${target.startsWith('/') ? target : ''}`;
}
