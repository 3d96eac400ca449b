// The entry of browsers and bundlers: what needs no sockets. The connection classes say so in one sentence.

export { HTTPMessage, type Field } from './core/message.js';
export * from './core/errors.js';
export { HTTPException as error } from './core/errors.js';
export * from './core/status.js';

function unavailable(name: string): never {
  throw new Error(`${name} needs sockets, which a browser does not give to pages; use fetch() there`);
}

export class HTTPConnection {
  constructor() {
    unavailable('HTTPConnection');
  }
}

export class HTTPSConnection {
  constructor() {
    unavailable('HTTPSConnection');
  }
}

export class HTTPResponse {
  constructor() {
    unavailable('HTTPResponse');
  }
}
