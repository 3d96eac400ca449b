// What the specification of HAR 1.2 demands of a file, as a check: names, types, what has to be there. Anything that it does not name has to
// begin with an underscore.

type Check = (value: unknown, at: string) => string[];

const fault = (at: string, what: string): string[] => [`${at}: ${what}`];
const text: Check = (value, at) => (typeof value === 'string' ? [] : fault(at, 'no string'));
const integer: Check = (value, at) => (Number.isInteger(value) && (value as number) >= -1 ? [] : fault(at, 'no integer from -1 on'));
const flag: Check = (value, at) => (typeof value === 'boolean' ? [] : fault(at, 'no boolean'));
const duration: Check = (value, at) => (Number.isFinite(value) && (value as number) >= 0 ? [] : fault(at, 'no time'));
const optionalDuration: Check = (value, at) => (value === -1 ? [] : duration(value, at));
const date: Check = (value, at) =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(String(value)) && !Number.isNaN(Date.parse(String(value)))
    ? []
    : fault(at, `no date: ${String(value)}`);
const url: Check = (value, at) => (/^[a-z][a-z\d+.-]*:/i.test(String(value)) ? [] : fault(at, `no absolute URL: ${String(value)}`));
const list =
  (check: Check): Check =>
  (value, at) =>
    Array.isArray(value) ? value.flatMap((item, n) => check(item, `${at}[${n}]`)) : fault(at, 'no list');

/** Names that end with a question mark may be missing. */
const object =
  (shape: Readonly<Record<string, Check>>): Check =>
  (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return fault(at, 'no object');
    const given = value as Record<string, unknown>;
    const checks = { 'comment?': text, ...shape };
    const known = Object.keys(checks).map((name) => name.replace('?', ''));
    const unknown = Object.keys(given).filter((name) => !known.includes(name) && !name.startsWith('_'));
    return [
      ...unknown.map((name) => `${at}.${name}: not of the format`),
      ...Object.entries(checks).flatMap(([name, check]) => {
        const plain = name.replace('?', '');
        if (given[plain] === undefined) return name.endsWith('?') ? [] : fault(`${at}.${plain}`, 'missing');
        return check(given[plain], `${at}.${plain}`);
      }),
    ];
  };

const nameAndValue = object({ name: text, value: text });
const cookie = object({ name: text, value: text, 'path?': text, 'domain?': text, 'expires?': date, 'httpOnly?': flag, 'secure?': flag });
const message = { httpVersion: text, cookies: list(cookie), headers: list(nameAndValue), headersSize: integer, bodySize: integer };
const tool = object({ name: text, version: text });
const page = object({
  startedDateTime: date,
  id: text,
  title: text,
  pageTimings: object({ 'onContentLoad?': duration, 'onLoad?': duration }),
});
const entry = object({
  'pageref?': text,
  startedDateTime: date,
  time: duration,
  request: object({
    method: text,
    url,
    queryString: list(nameAndValue),
    'postData?': object({ mimeType: text, text, 'params?': list(nameAndValue) }),
    ...message,
  }),
  response: object({
    status: integer,
    statusText: text,
    redirectURL: text,
    content: object({ size: integer, 'compression?': integerOrLess, mimeType: text, 'text?': text, 'encoding?': text }),
    ...message,
  }),
  cache: object({}),
  timings: object({
    'blocked?': optionalDuration,
    'dns?': optionalDuration,
    'connect?': optionalDuration,
    send: duration,
    wait: duration,
    receive: duration,
    'ssl?': optionalDuration,
  }),
  'serverIPAddress?': text,
  'connection?': text,
});

function integerOrLess(value: unknown, at: string): string[] {
  return Number.isInteger(value) ? [] : fault(at, 'no integer');
}

const har = object({ log: object({ version: text, creator: tool, 'browser?': tool, pages: list(page), entries: list(entry) }) });

/** What is wrong with the text of a HAR file; nothing if it is one. */
export function harFaults(json: string): string[] {
  const parsed = JSON.parse(json) as {
    log: { pages: { id: string }[]; entries: { pageref?: string; time: number; timings: Record<string, number> }[] };
  };
  const faults = har(parsed, 'har');
  if (faults.length > 0) return faults;
  const { pages, entries } = parsed.log;
  const ids = new Set(pages.map(({ id }) => id));
  return entries.flatMap(({ pageref, time, timings }, n) => {
    // time is the sum of all timings that are known, ssl aside.
    const sum = Object.entries(timings).reduce((total, [name, value]) => total + (name === 'ssl' || value < 0 ? 0 : value), 0);
    return [
      ...(pageref === undefined || ids.has(pageref) ? [] : fault(`har.log.entries[${n}].pageref`, 'there is no such page')),
      ...(Math.abs(sum - time) < 1e-6 ? [] : fault(`har.log.entries[${n}].time`, 'not the sum of its timings')),
    ];
  });
}
