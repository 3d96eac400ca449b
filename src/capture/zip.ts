// ZIP archives (APPNOTE.TXT), as far as SAZ needs them: the directory, and files that are stored or deflated. Where the directory is
// missing, because the archive was cut short, the files are found one behind the other.

import { latin1Of } from '../wasm/latin1.js';
import { crc32 } from './bytes.js';
import { inflateRaw } from './decode.js';
import type { Source } from './source.js';

export interface ZipFile {
  readonly name: string;
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  /** Where its local header stands. */
  readonly at: number;
}

const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_OF_DIRECTORY = 0x06054b50;
const LOCAL_SIZE = 30;
const CENTRAL_SIZE = 46;
const END_SIZE = 22;
const LONGEST_COMMENT = 0xffff;
/** Flags: the file is encrypted; its sizes stand behind it. */
const ENCRYPTED = 1;
const SIZES_BEHIND = 8;
/** No file of an archive is unpacked to more. */
const LARGEST_FILE = 2 ** 30;

export function isZip(head: Uint8Array): boolean {
  return head.length >= 4 && head[0] === 0x50 && head[1] === 0x4b && ((head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6));
}

/** The files of an archive that can be read anywhere, and what is wrong with it, or null. */
export async function listFiles(source: Source & { readonly size: number }): Promise<{ files: ZipFile[]; problem: string | null }> {
  const tail = Math.min(source.size, END_SIZE + LONGEST_COMMENT);
  const end = viewOf(await source.read(source.size - tail, tail));
  for (let at = tail - END_SIZE; at >= 0; at--) {
    if (end.getUint32(at, true) !== END_OF_DIRECTORY) continue;
    const size = end.getUint32(at + 12, true);
    const start = end.getUint32(at + 16, true);
    if (start + size > source.size) continue;
    return readDirectory(viewOf(await source.read(start, size)));
  }
  return walk(source);
}

function readDirectory(view: DataView): { files: ZipFile[]; problem: string | null } {
  const files: ZipFile[] = [];
  let at = 0;
  while (at + CENTRAL_SIZE <= view.byteLength && view.getUint32(at, true) === CENTRAL_HEADER) {
    const nameLength = view.getUint16(at + 28, true);
    const next = at + CENTRAL_SIZE + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > view.byteLength) break;
    files.push({
      name: latin1Of(bytesOf(view, at + CENTRAL_SIZE, nameLength)),
      method: view.getUint16(at + 10, true),
      isEncrypted: (view.getUint16(at + 8, true) & ENCRYPTED) !== 0,
      crc: view.getUint32(at + 16, true),
      compressedSize: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      at: view.getUint32(at + 42, true),
    });
    at = next;
  }
  return { files, problem: at < view.byteLength ? 'the directory of the archive is damaged' : null };
}

async function walk(source: Source & { readonly size: number }): Promise<{ files: ZipFile[]; problem: string }> {
  const files: ZipFile[] = [];
  let at = 0;
  for (;;) {
    const view = viewOf(await source.read(at, LOCAL_SIZE));
    if (view.byteLength < LOCAL_SIZE || view.getUint32(0, true) !== LOCAL_HEADER) break;
    const flags = view.getUint16(6, true);
    if ((flags & SIZES_BEHIND) !== 0) break;
    const compressedSize = view.getUint32(18, true);
    const nameLength = view.getUint16(26, true);
    files.push({
      name: latin1Of(await source.read(at + LOCAL_SIZE, nameLength)),
      method: view.getUint16(8, true),
      isEncrypted: (flags & ENCRYPTED) !== 0,
      crc: view.getUint32(14, true),
      compressedSize,
      size: view.getUint32(22, true),
      at,
    });
    at += LOCAL_SIZE + nameLength + view.getUint16(28, true) + compressedSize;
  }
  return { files, problem: 'the archive has no directory: it is cut short' };
}

/** The bytes of a file, as far as they can be had, and why that is not all. */
export async function unpack(source: Source, file: ZipFile): Promise<{ bytes: Uint8Array; problem: string | null }> {
  const header = viewOf(await source.read(file.at, LOCAL_SIZE));
  const nothing = new Uint8Array(0);
  if (header.byteLength < LOCAL_SIZE || header.getUint32(0, true) !== LOCAL_HEADER)
    return { bytes: nothing, problem: 'it is not where the archive says' };
  if (file.isEncrypted) return { bytes: nothing, problem: 'it is encrypted' };
  const start = file.at + LOCAL_SIZE + header.getUint16(26, true) + header.getUint16(28, true);
  const packed = await source.read(start, file.compressedSize);
  let unpacked: { bytes: Uint8Array; problem: string | null };
  if (file.method === 0) unpacked = { bytes: packed, problem: null };
  else if (file.method === 8) unpacked = inflateRaw(packed, LARGEST_FILE);
  else return { bytes: nothing, problem: `its compression method, ${file.method}, is not known` };
  const { bytes, problem } = unpacked;
  if (packed.length < file.compressedSize) return { bytes, problem: 'the archive ends inside of it' };
  if (bytes.length > LARGEST_FILE) return { bytes: bytes.subarray(0, LARGEST_FILE), problem: `it has more than ${LARGEST_FILE} bytes` };
  return { bytes, problem: problem ?? (crc32(bytes) === file.crc ? null : 'its checksum does not match') };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function bytesOf(view: DataView, at: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + at, length);
}
