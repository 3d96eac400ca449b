// The Node entry: the public names, nothing more.

export { HTTPConnection } from './client/connection.js';
export { HTTPSConnection, type HTTPSConnectionOptions } from './client/https.js';
export { PoolManager, type PoolOptions, type PoolRequestOptions, type PoolStats } from './client/pool.js';
export type { OriginStats } from './client/origin.js';
export { HTTPResponse } from './client/response.js';
export type { ConnectionOptions, InformationalResponse, RequestOptions } from './client/options.js';
export type { BodyInit, BodyPiece } from './client/upload.js';
export type { HeadersInit, HeaderValue } from './core/request.js';
export type { Framing } from './core/framing.js';
export type { Lenient, Quirks } from './core/lenient.js';
export { HTTPMessage, type Field } from './core/message.js';
export * from './core/errors.js';
/** The older name that http.client keeps. */
export { HTTPException as error } from './core/errors.js';
export * from './core/status.js';
