/* llhttp in C, for bench/peers/native.mjs: llhttp request|response|chunked FILE
 *
 * FILE holds the inputs, each as a length (32 bits, little-endian) and its bytes. Then each line on stdin is a command that
 * one line on stdout answers:
 *   check     what the parser said of the inputs, in hexadecimal: the copied content, or for each head the reason or the
 *             target, names and values, all ended by NUL, and the status or the method, ended by LF
 *   time N    "NANOSECONDS SUM" of N passes over all inputs
 * Timed callbacks do nothing, except that content is copied to its destination, as every peer copies it. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "llhttp.h"

enum { MOST_INPUTS = 1024, CONTENT = 65536 };

static struct { const char* at; size_t length; } inputs[MOST_INPUTS];
static size_t count;
static unsigned char content[CONTENT];
static size_t copied;

static int empty(llhttp_t* parser) { (void) parser; return 0; }
static int empty_span(llhttp_t* parser, const char* at, size_t length) { (void) parser; (void) at; (void) length; return 0; }
static int skip_content(llhttp_t* parser) { (void) parser; return 1; }

static int copy(llhttp_t* parser, const char* at, size_t length) {
  (void) parser;
  if (copied + length > CONTENT) return -1;
  memcpy(content + copied, at, length);
  copied += length;
  return 0;
}

static void print(const void* at, size_t length) {
  for (size_t n = 0; n < length; n++) printf("%02x", ((const unsigned char*) at)[n]);
}

/* A span is a whole token: the inputs come in one piece. */
static int print_span(llhttp_t* parser, const char* at, size_t length) {
  (void) parser;
  print(at, length);
  print("", 1);
  return 0;
}

static int print_head_end(llhttp_t* parser) {
  char line[64];
  if (parser->type == HTTP_RESPONSE) snprintf(line, sizeof line, "%d\n", parser->status_code);
  else snprintf(line, sizeof line, "%s\n", llhttp_method_name(parser->method));
  print(line, strlen(line));
  return 1;
}

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void read_inputs(const char* path) {
  FILE* file = fopen(path, "rb");
  uint32_t length;
  while (file != NULL && count < MOST_INPUTS && fread(&length, sizeof length, 1, file) == 1) {
    char* bytes = malloc(length);
    if (bytes == NULL || fread(bytes, 1, length, file) != length) exit(1);
    inputs[count].at = bytes;
    inputs[count++].length = length;
  }
  if (count == 0) exit(1);
  fclose(file);
}

static void execute(llhttp_t* parser, size_t n) {
  if (llhttp_execute(parser, inputs[n].at, inputs[n].length) == HPE_OK) return;
  fprintf(stderr, "llhttp: %s\n", llhttp_get_error_reason(parser));
  exit(1);
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const int chunked = strcmp(argv[1], "chunked") == 0;
  const int request = strcmp(argv[1], "request") == 0;
  read_inputs(argv[2]);

  llhttp_settings_t timed, checked;
  llhttp_settings_init(&timed);
  timed.on_message_begin = empty;
  timed.on_url = empty_span;
  timed.on_status = empty_span;
  timed.on_header_field = empty_span;
  timed.on_header_value = empty_span;
  timed.on_headers_complete = chunked ? empty : skip_content;
  timed.on_body = chunked ? copy : empty_span;
  timed.on_message_complete = empty;
  llhttp_settings_init(&checked);
  checked.on_url = checked.on_status = checked.on_header_field = checked.on_header_value = print_span;
  checked.on_headers_complete = print_head_end;

  llhttp_t parser;
  char line[64];
  while (fgets(line, sizeof line, stdin) != NULL) {
    llhttp_init(&parser, request ? HTTP_REQUEST : HTTP_RESPONSE, strncmp(line, "check", 5) == 0 && !chunked ? &checked : &timed);
    if (strncmp(line, "check", 5) == 0) {
      copied = 0;
      for (size_t n = 0; n < count; n++) execute(&parser, n);
      if (chunked) print(content, copied);
      printf("\n");
    } else {
      const long times = strtol(line + 5, NULL, 10);
      long long sum = 0;
      const long long start = now();
      for (long pass = 0; pass < times; pass++) {
        for (size_t n = 0; n < count; n++) {
          copied = 0;
          execute(&parser, n);
          sum += chunked ? (long long) copied : request ? 1 : parser.status_code;
        }
      }
      printf("%lld %lld\n", now() - start, sum);
    }
    fflush(stdout);
  }
  return 0;
}
