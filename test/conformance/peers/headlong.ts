// Headlong, twice: the client over sockets, and `headlong/parser` by itself.

import { sharedTokeniser } from '../../../src/wasm/tokeniser.js';
import { parse } from '../../rfc/parse.js';
import { sendRequest } from '../../rfc/request.js';
import { playResponse } from '../../rfc/response.js';
import { versionOf, type Peer } from './peer.js';

const version = versionOf('../../../package.json');

export const headlong: Peer = { name: 'Headlong', version, respond: playResponse, send: sendRequest };

export const headlongParser: Peer = {
  name: 'headlong/parser',
  version,
  respond: async (vector) => parse(vector, sharedTokeniser()),
  read: async (vector) => parse(vector, sharedTokeniser()),
};
