// The entry of the parser by itself: `headlong/parser`, for Node, browsers and workers. The public names, nothing more.

export {
  ResponseParser,
  RequestParser,
  type ParsedRequestHead,
  type ParsedResponseHead,
  type ParserHandlers,
  type ParserOptions,
  type RequestHandlers,
  type ResponseHandlers,
  type ResponseParserOptions,
} from './core/parser.js';
export { parseRequest, parseResponse } from './core/whole.js';
export type { Framing } from './core/framing.js';
export type { Lenient, Quirks } from './core/lenient.js';
export type { Limits } from './core/limits.js';
export { HTTPMessage, type Field } from './core/message.js';
export * from './core/errors.js';
