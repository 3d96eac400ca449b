// The entry of captures: `headlong/capture`, for browsers and workers. The public names, nothing more.

export { readCapture, type CaptureOptions } from './capture/read.js';
export type { Source, SourceInput } from './capture/source.js';
export type * from './capture/exchange.js';
export { decodeContent, type Decoded, type DecodeOptions } from './capture/decode.js';
export { toCSV } from './capture/export/csv.js';
export { toCurl } from './capture/export/curl.js';
export { FileNames, fileName, toFiles, type ExportedFile } from './capture/export/files.js';
export { toHAR } from './capture/export/har.js';
export { toNDJSON, type Bodies, type NDJSONOptions } from './capture/export/ndjson.js';
export type { ExportOptions } from './capture/export/redact.js';
export { toWARC } from './capture/export/warc.js';
export { urlOf } from './capture/url.js';
