// HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/): one JSON object, written entry by entry. Every entry has a request and a
// response, since readers rely on it; one that was not captured is empty, and the comment says so.

import type { HTTPMessage } from '../../core/message.js';
import { toBase64 } from '../bytes.js';
import type { CapturedRequest, CapturedResponse, Exchange } from '../exchange.js';
import { urlOf } from '../url.js';
import { VERSION } from '../version.js';
import { shownFields, shownURL, type ExportOptions } from './redact.js';
import { asText, decodedBody, flagsOf, isoTime, problemsOf, startOf } from './text.js';

const PAGE = 'page_1';
/** Problems of the capture itself that the comment of the log tells of. */
const MOST_PROBLEMS = 100;

interface NameAndValue {
  readonly name: string;
  readonly value: string;
}

/** The exchanges as the text of a HAR file, in pieces. */
export async function* toHAR(exchanges: Iterable<Exchange> | AsyncIterable<Exchange>, options: ExportOptions = {}): AsyncGenerator<string> {
  const creator = { name: 'headlong', version: VERSION };
  const problems: string[] = [];
  let isFirst = true;
  for await (const exchange of exchanges) {
    if (exchange.request === null && exchange.response === null) {
      if (problems.length < MOST_PROBLEMS && exchange.problem !== null) problems.push(exchange.problem);
      continue;
    }
    if (isFirst) yield headOf(creator, startOf(exchange));
    yield `${isFirst ? '' : ','}\n${JSON.stringify(await entryOf(exchange, options))}`;
    isFirst = false;
  }
  if (isFirst) yield headOf(creator, 0);
  yield `\n]${problems.length === 0 ? '' : `,"comment":${JSON.stringify(problems.join('\n'))}`}}}\n`;
}

function headOf(creator: object, started: number): string {
  const pages = [{ startedDateTime: isoTime(started), id: PAGE, title: 'capture', pageTimings: {} }];
  return `{"log":{"version":"1.2","creator":${JSON.stringify(creator)},"pages":${JSON.stringify(pages)},"entries":[`;
}

async function entryOf(exchange: Exchange, options: ExportOptions) {
  const { request, response, connection, timings } = exchange;
  const { connect, send, wait, receive } = timings;
  const url = shownURL(urlOf(exchange), options);
  const asked = await requestOf(request, url, options);
  const answered = await responseOf(response, options);
  // Last: only when a body has been decoded it is known what is wrong with it.
  const problems = problemsOf(exchange);
  if (request === null) problems.unshift('the request was not captured');
  if (response === null) problems.unshift('there is no response');
  const flags = flagsOf(exchange);
  return {
    pageref: PAGE,
    startedDateTime: isoTime(startOf(exchange) - (connect ?? 0)),
    time: (connect ?? 0) + send + wait + receive,
    request: asked,
    response: answered,
    cache: {},
    timings: { blocked: -1, dns: -1, connect: connect ?? -1, ssl: -1, send, wait, receive },
    ...(connection.server.address === '' ? {} : { serverIPAddress: connection.server.address }),
    connection: String(connection.id),
    ...(problems.length === 0 ? {} : { comment: problems.join('; ') }),
    ...(flags.length === 0 ? {} : { _flags: flags }),
  };
}

async function requestOf(request: CapturedRequest | null, url: string, options: ExportOptions) {
  return {
    method: request?.method ?? '',
    url,
    httpVersion: request?.version ?? '',
    cookies: request === null || options.redact !== false ? [] : cookiesOf(request.headers),
    headers: request === null ? [] : namesAndValues(request.headers, options),
    queryString: queryOf(url),
    ...(request === null || request.body.length === 0 ? {} : { postData: await postDataOf(request) }),
    headersSize: -1,
    bodySize: request?.body.length ?? -1,
  };
}

async function postDataOf({ headers, body }: CapturedRequest) {
  const { bytes } = await decodedBody(body);
  const text = asText(bytes);
  const mimeType = headers.get('content-type', '');
  // The format has no place for bytes that are no text; names that begin with an underscore are anybody's.
  return text === null ? { mimeType, text: toBase64(bytes), _encoding: 'base64' } : { mimeType, text };
}

async function responseOf(response: CapturedResponse | null, options: ExportOptions) {
  return {
    status: response?.status ?? 0,
    statusText: response?.reason ?? '',
    httpVersion: response?.version ?? '',
    cookies: response === null || options.redact !== false ? [] : setCookiesOf(response.headers),
    headers: response === null ? [] : namesAndValues(response.headers, options),
    content: response === null ? { size: 0, mimeType: 'x-unknown' } : await contentOf(response),
    redirectURL: response?.headers.get('location') ?? '',
    headersSize: -1,
    bodySize: response?.body.length ?? -1,
  };
}

async function contentOf({ headers, body }: CapturedResponse) {
  const { bytes, problem } = await decodedBody(body);
  const mimeType = headers.get('content-type', 'x-unknown');
  const text = /^\s*(?:image|audio|video|font)\//i.test(mimeType) ? null : asText(bytes);
  return {
    size: bytes.length,
    ...(bytes.length === body.length ? {} : { compression: bytes.length - body.length }),
    mimeType,
    ...(bytes.length === 0 ? {} : text === null ? { text: toBase64(bytes), encoding: 'base64' } : { text }),
    ...(problem === null ? {} : { comment: problem }),
  };
}

function namesAndValues(headers: HTTPMessage, options: ExportOptions): NameAndValue[] {
  return shownFields(headers, options).map(([name, value]) => ({ name, value }));
}

function queryOf(url: string): NameAndValue[] {
  const [, query = ''] = /^[^?#]*\?([^#]*)/.exec(url) ?? [];
  return [...new URLSearchParams(query)].map(([name, value]) => ({ name, value }));
}

// cookie-string (RFC 6265 4.2.1)
function cookiesOf(headers: HTTPMessage): NameAndValue[] {
  return (headers.get_all('cookie') ?? [])
    .flatMap((value) => value.split(';'))
    .map(pairOf)
    .filter(({ name }) => name !== '');
}

// set-cookie-string (RFC 6265 4.1.1)
function setCookiesOf(headers: HTTPMessage) {
  return (headers.get_all('set-cookie') ?? []).map((value) => {
    const [first = '', ...attributes] = value.split(';');
    const given = new Map(attributes.map(pairOf).map(({ name, value: text }) => [name.toLowerCase(), text]));
    const expires = Date.parse(given.get('expires') ?? '');
    return {
      ...pairOf(first),
      ...(given.has('path') ? { path: given.get('path') } : {}),
      ...(given.has('domain') ? { domain: given.get('domain') } : {}),
      ...(Number.isNaN(expires) ? {} : { expires: isoTime(expires) }),
      httpOnly: given.has('httponly'),
      secure: given.has('secure'),
    };
  });
}

function pairOf(text: string): NameAndValue {
  const equals = text.indexOf('=');
  if (equals < 0) return { name: text.trim(), value: '' };
  return { name: text.slice(0, equals).trim(), value: text.slice(equals + 1).trim() };
}
