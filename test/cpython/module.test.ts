// OfflineTest of CPython's suite: what the module exports.

import { describe, expect, test } from '@jest/globals';
import * as headlong from '../../src/index.js';

/** What http.client lists in `__all__`, and what its documentation names besides. */
const DOCUMENTED = [
  'HTTPResponse',
  'HTTPConnection',
  'HTTPException',
  'error',
  'NotConnected',
  'UnknownProtocol',
  'UnknownTransferEncoding',
  'UnimplementedFileMode',
  'IncompleteRead',
  'InvalidURL',
  'ImproperConnectionState',
  'CannotSendRequest',
  'CannotSendHeader',
  'ResponseNotReady',
  'BadStatusLine',
  'LineTooLong',
  'RemoteDisconnected',
  'responses',
  'HTTPSConnection',
  'HTTPMessage',
  'HTTP_PORT',
  'HTTPS_PORT',
];

const STATUS_NAMES =
  'CONTINUE SWITCHING_PROTOCOLS PROCESSING OK CREATED ACCEPTED NON_AUTHORITATIVE_INFORMATION NO_CONTENT RESET_CONTENT PARTIAL_CONTENT MULTI_STATUS IM_USED ' +
  'MULTIPLE_CHOICES MOVED_PERMANENTLY FOUND SEE_OTHER NOT_MODIFIED USE_PROXY TEMPORARY_REDIRECT BAD_REQUEST UNAUTHORIZED PAYMENT_REQUIRED FORBIDDEN NOT_FOUND ' +
  'METHOD_NOT_ALLOWED NOT_ACCEPTABLE PROXY_AUTHENTICATION_REQUIRED REQUEST_TIMEOUT CONFLICT GONE LENGTH_REQUIRED PRECONDITION_FAILED CONTENT_TOO_LARGE ' +
  'REQUEST_ENTITY_TOO_LARGE URI_TOO_LONG REQUEST_URI_TOO_LONG UNSUPPORTED_MEDIA_TYPE RANGE_NOT_SATISFIABLE REQUESTED_RANGE_NOT_SATISFIABLE EXPECTATION_FAILED ' +
  'IM_A_TEAPOT MISDIRECTED_REQUEST UNPROCESSABLE_CONTENT UNPROCESSABLE_ENTITY LOCKED FAILED_DEPENDENCY UPGRADE_REQUIRED PRECONDITION_REQUIRED TOO_MANY_REQUESTS ' +
  'REQUEST_HEADER_FIELDS_TOO_LARGE UNAVAILABLE_FOR_LEGAL_REASONS INTERNAL_SERVER_ERROR NOT_IMPLEMENTED BAD_GATEWAY SERVICE_UNAVAILABLE GATEWAY_TIMEOUT ' +
  'HTTP_VERSION_NOT_SUPPORTED INSUFFICIENT_STORAGE NOT_EXTENDED NETWORK_AUTHENTICATION_REQUIRED EARLY_HINTS TOO_EARLY';

describe('OfflineTest', () => {
  test('test_all: every documented name is exported', () => {
    expect(Object.keys(headlong)).toEqual(expect.arrayContaining(DOCUMENTED));
    expect(headlong.error).toBe(headlong.HTTPException);
  });

  test('test_responses', () => {
    expect(headlong.responses[headlong.NOT_FOUND]).toBe('Not Found');
  });

  test.each(STATUS_NAMES.split(' '))('test_client_constants: %s', (name) => {
    expect(typeof (headlong as unknown as Record<string, unknown>)[name]).toBe('number');
  });
});
