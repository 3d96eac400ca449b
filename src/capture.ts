// The entry of captures: `headlong/capture`, for browsers and workers. The public names, nothing more.

export { readCapture, type CaptureOptions } from './capture/read.js';
export type { Source, SourceInput } from './capture/source.js';
export type * from './capture/exchange.js';
