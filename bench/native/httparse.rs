// httparse in Rust, for bench/peers/native.mjs: httparse request|response FILE
// Obeys the same lines as llhttp.c, which describes them. httparse fills a table of slices, as our tokeniser fills one of
// offsets, but it leaves framing (Content-Length, Transfer-Encoding, Connection) to its user.

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::{BufRead, Write};
use std::mem::MaybeUninit;
use std::time::Instant;

const MOST_FIELDS: usize = 64;

type Fields<'bytes> = [MaybeUninit<httparse::Header<'bytes>>; MOST_FIELDS];

fn read_inputs(path: &str) -> Vec<Vec<u8>> {
    let bytes = std::fs::read(path).unwrap();
    let mut inputs = Vec::new();
    let mut rest = &bytes[..];
    while !rest.is_empty() {
        let length = u32::from_le_bytes(rest[..4].try_into().unwrap()) as usize;
        inputs.push(rest[4..4 + length].to_vec());
        rest = &rest[4 + length..];
    }
    inputs
}

fn print(out: &mut String, token: &[u8], end: u8) {
    for byte in token.iter().chain([&end]) {
        write!(out, "{byte:02x}").unwrap();
    }
}

fn print_fields(out: &mut String, fields: &[httparse::Header]) {
    for field in fields {
        print(out, field.name.as_bytes(), 0);
        print(out, field.value, 0);
    }
}

fn response<'bytes>(bytes: &'bytes [u8], fields: &mut Fields<'bytes>, check: Option<&mut String>) -> u64 {
    let mut head = httparse::Response::new(&mut []);
    let config = httparse::ParserConfig::default();
    let taken = config.parse_response_with_uninit_headers(&mut head, bytes, fields).unwrap().unwrap();
    assert_eq!(taken, bytes.len());
    let status = head.code.unwrap();
    if let Some(out) = check {
        print(out, head.reason.unwrap().as_bytes(), 0);
        print_fields(out, head.headers);
        print(out, status.to_string().as_bytes(), b'\n');
    }
    black_box(&head);
    u64::from(status)
}

fn request<'bytes>(bytes: &'bytes [u8], fields: &mut Fields<'bytes>, check: Option<&mut String>) -> u64 {
    let mut head = httparse::Request::new(&mut []);
    let taken = head.parse_with_uninit_headers(bytes, fields).unwrap().unwrap();
    assert_eq!(taken, bytes.len());
    if let Some(out) = check {
        print(out, head.path.unwrap().as_bytes(), 0);
        print_fields(out, head.headers);
        print(out, head.method.unwrap().as_bytes(), b'\n');
    }
    black_box(&head);
    1
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let parse = if arguments[1] == "request" { request } else { response };
    let inputs = read_inputs(&arguments[2]);
    let mut fields: Fields = [MaybeUninit::uninit(); MOST_FIELDS];
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        if line == "check" {
            let mut out = String::new();
            for bytes in &inputs {
                parse(bytes, &mut fields, Some(&mut out));
            }
            println!("{out}");
        } else {
            let times: u64 = line[5..].parse().unwrap();
            let mut sum = 0;
            let start = Instant::now();
            for _ in 0..times {
                for bytes in &inputs {
                    sum += parse(black_box(bytes), &mut fields, None);
                }
            }
            println!("{} {sum}", start.elapsed().as_nanos());
        }
        std::io::stdout().flush().unwrap();
    }
}
