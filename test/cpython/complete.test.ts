// That nothing of CPython's suite was left out: every one of its 124 tests has a row in test/README.md, each row names a file
// that has a test of that name, and the rules of the rows are those of docs/differences.md.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { rules } from '../differential/rules.js';

/** The tests of CPython 3.13's test_httplib.py by class. */
const CPYTHON: Readonly<Record<string, string>> = {
  HeaderTests: `
    test_auto_headers test_content_length_0 test_putheader test_ipv6host_header test_malformed_headers_coped_with
    test_parse_all_octets test_invalid_headers test_headers_debuglevel`,
  HttpMethodTests: `
    test_invalid_method_names`,
  TransferEncodingTest: `
    test_endheaders_chunked test_explicit_headers test_request test_empty_body`,
  BasicTest: `
    test_dir_with_added_behavior_on_status test_simple_httpstatus test_httpstatus_range test_httpstatus_category
    test_status_lines test_bad_status_repr test_partial_reads test_mixed_reads test_partial_readintos
    test_partial_reads_past_end test_partial_readintos_past_end test_partial_reads_no_content_length
    test_partial_readintos_no_content_length test_partial_reads_incomplete_body test_partial_readintos_incomplete_body
    test_host_port test_response_headers test_read_head test_readinto_head test_too_many_headers test_send_file test_send
    test_send_updating_file test_send_iter test_blocksize_request test_blocksize_send test_send_type_error test_chunked
    test_readinto_chunked test_chunked_head test_readinto_chunked_head test_negative_content_length test_incomplete_read
    test_epipe test_overflowing_status_line test_overflowing_header_line test_overflowing_header_limit_after_100
    test_overflowing_chunked_line test_early_eof test_error_leak test_chunked_extension test_chunked_missing_end
    test_chunked_trailers test_chunked_sync test_content_length_sync test_readlines_content_length test_read1_content_length
    test_readline_bound_content_length test_read1_bound_content_length test_response_fileno
    test_putrequest_override_domain_validation test_putrequest_override_host_validation test_putrequest_override_encoding`,
  ExtendedReadTest: `
    test_peek test_readline test_readline_without_limit test_read1 test_read1_unbounded test_read1_bounded test_read1_0
    test_peek_0`,
  OfflineTest: `
    test_all test_responses test_client_constants`,
  SourceAddressTest: `
    testHTTPConnectionSourceAddress testHTTPSConnectionSourceAddress`,
  TimeoutTest: `
    testTimeoutAttribute`,
  PersistenceTest: `
    test_reuse_reconnect test_disconnected test_100_close`,
  HTTPSTest: `
    test_attributes test_networked test_networked_noverification test_networked_trusted_by_default_cert
    test_networked_good_cert test_networked_bad_cert test_local_unknown_cert test_local_good_hostname
    test_local_bad_hostname test_host_port test_tls13_pha`,
  RequestBodyTest: `
    test_list_body test_manual_content_length test_ascii_body test_latin1_body test_bytes_body test_text_file_body
    test_binary_file_body`,
  HTTPResponseTest: `
    test_getting_header test_getting_nonexistent_header_with_string_default
    test_getting_nonexistent_header_with_iterable_default test_getting_nonexistent_header_without_default
    test_getting_header_defaultint`,
  TunnelTests: `
    test_set_tunnel_host_port_headers_add_host_missing test_set_tunnel_host_port_headers_set_host_identical
    test_set_tunnel_host_port_headers_set_host_different test_disallow_set_tunnel_after_connect test_connect_with_tunnel
    test_connect_with_tunnel_with_default_port test_connect_with_tunnel_with_nonstandard_port
    test_connect_with_tunnel_with_different_host_header test_connect_with_tunnel_different_host
    test_connect_with_tunnel_idna test_tunnel_connect_single_send_connection_setup test_connect_put_request
    test_connect_put_request_ipv6 test_connect_put_request_ipv6_port test_tunnel_debuglog test_proxy_response_headers
    test_no_proxy_response_headers test_tunnel_leak`,
};

const NAMES = Object.entries(CPYTHON).flatMap(([type, names]) =>
  names
    .trim()
    .split(/\s+/)
    .map((name) => ({ type, name, id: `${type}.${name}` })),
);

/** What no test here can assert, each with a reason in place of the rule. */
const NOT_PORTABLE = 3;

const rows = new Map(
  readFileSync(join(__dirname, '..', 'README.md'), 'utf8')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([, id = '']) => /^\w+\.test\w+$/.test(id))
    .map(([, id = '', where = '', remark = '']) => [id, { file: /\((cpython\/[\w-]+\.test\.ts)\)/.exec(where)?.[1], where, remark }]),
);

test('the table has a row for each of the 124 tests, and no other', () => {
  expect(NAMES).toHaveLength(124);
  expect([...rows.keys()].sort()).toEqual(NAMES.map(({ id }) => id).sort());
});

test('three tests are not portable, and the table says why', () => {
  const without = [...rows.values()].filter(({ file }) => file === undefined);
  expect(without).toHaveLength(NOT_PORTABLE);
  for (const { where, remark } of without) {
    expect(where).toBe('not portable');
    expect(remark).not.toBe('');
  }
});

describe.each(NAMES)('$id', ({ type, name, id }) => {
  const { file, remark } = rows.get(id) as { file: string | undefined; remark: string };
  if (file === undefined) {
    test('is not portable', () => expect(remark).not.toBe(''));
    return;
  }
  const source = readFileSync(join(__dirname, '..', file), 'utf8');

  test('has a test of its name', () => {
    expect(source).toMatch(new RegExp(`describe(\\('|[^]*?\\[')${type}'`));
    expect(source).toMatch(new RegExp(`['\`]${name}\\b`));
  });

  test('has the rules that name it', () => {
    const naming = rules
      .filter(({ evidence }) => evidence.some(({ kind, ids }) => kind === 'tests' && ids.includes(id)))
      .map(({ number }) => number);
    expect(remark.match(/R\d+/g) ?? []).toEqual(naming);
    for (const number of naming) expect(source).toContain(`(${number})`);
  });
});

test('the rules name tests that exist', () => {
  const named = rules.flatMap(({ evidence }) => evidence.filter(({ kind }) => kind === 'tests').flatMap(({ ids }) => ids));
  expect(named.filter((id) => !rows.has(id))).toEqual([]);
});
