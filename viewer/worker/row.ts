// From an exchange to the line of the table that shows it.

import type { Exchange, Flag } from '../../src/capture.js';
import type { Row } from '../shared/protocol.js';

export function rowOf(exchange: Exchange, id: number): Row {
  const { request, response, connection, timings } = exchange;
  const { host, target } = request === null ? { host: '', target: '' } : placeOf(request.target, request.headers.get('host'));
  return {
    id,
    connection: connection.id,
    startedAt: request?.startedAt ?? response?.startedAt ?? 0,
    host: host === '' ? addressOf(connection.server) : host,
    method: request?.method ?? '',
    target,
    status: response?.status ?? null,
    type: mediaTypeOf(response?.headers.get('content-type') ?? null),
    size: response?.body.length ?? 0,
    timings,
    flags: union(request?.flags, response?.flags, connection.encrypted),
    problem: exchange.problem ?? request?.problem ?? response?.problem ?? request?.body.problem ?? response?.body.problem ?? null,
    encrypted: connection.encrypted,
  };
}

/** Host and path: from the target where it has the host (RFC 9112 3.2.2, 3.2.3), else from the Host field. */
function placeOf(target: string, field: string | null): { host: string; target: string } {
  const [, authority, path] = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)(.*)$/i.exec(target) ?? [];
  if (authority !== undefined && path !== undefined) return { host: authority.replace(/^.*@/, ''), target: path === '' ? '/' : path };
  return { host: field ?? (/^[^/*]/.test(target) ? target : ''), target };
}

export function addressOf({ address, port }: { readonly address: string; readonly port: number }): string {
  if (address === '') return '';
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** `text/html` of `Text/HTML; charset=utf-8`; empty when there is none. */
export function mediaTypeOf(value: string | null): string {
  return (value ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function union(requests: readonly Flag[] = [], responses: readonly Flag[] = [], encrypted: boolean): readonly Flag[] {
  const flags = new Set([...requests, ...responses]);
  if (encrypted) flags.add('encrypted');
  return flags.size === 0 ? NONE : [...flags];
}

const NONE: readonly Flag[] = [];
