// Field names that have an id: the layers above keep one string for each, and the tokeniser finds the id by comparing
// bytes. Names are told from each other by letter case too, since a name is handed out as it came. Which names these are is
// for the layers above to say (addName); the table only grows.
// Without SIMD no name has an id.
//
// Invariant: a framing field's name has an id up to FRAMING_IDS or none, every other name one above or none.

import { FRAMING_IDS, NAME_IDS, NAME_INPUT, NAME_SIZE, NAMES, MEMORY_END } from './layout';
import { framingField } from './framing';

// Thirty-two bytes that count, then as many that do not: read from the right place, a mask for any length.
const COUNTED: usize = memory.data<u64>([-1, -1, -1, -1, 0, 0, 0, 0], 16);

// Which framing field the name with an id up to FRAMING_IDS is.
const FIELDS: usize = memory.data(16);

let framingNames: i32 = 0;
let otherNames: i32 = FRAMING_IDS;

/** Which framing field the name of `length` bytes with this id is, or 0. */
export function fieldOf(id: i32, name: usize, length: usize): i32 {
  return id == 0 ? framingField(name, length) : <i32>load<u8>(FIELDS + id);
}

// Where the id of a name stands follows from its first four bytes and its last four; a shorter name lends from the line end
// before it. The factor is one under which the names that the layers above know from the start have places of their own.
// @ts-ignore: decorator
@inline
function placeOf(name: usize, end: usize): usize {
  const ends = (<u64>load<u32>(name) << 32) | load<u32>(end - 4);
  return <usize>NAME_IDS + <usize>((ends * 0x4c1f7f61aa163ef1) >> 53);
}

/** The id of the name from `name` to `end`, at most 31 bytes, which `bytes` and `more` begin with; or 0. */
// @ts-ignore: decorator
@inline
export function idOf(name: usize, end: usize, bytes: v128, more: v128): i32 {
  const id = <i32>load<u8>(placeOf(name, end));
  const entry = <usize>NAMES + (<usize>id << 5);
  // The colon counts too, so that no name is taken for a longer one.
  const counted = COUNTED + NAME_SIZE - 1 - (end - name);
  const differences = v128.or(
    v128.and(v128.xor(bytes, v128.load(entry)), v128.load(counted)),
    v128.and(v128.xor(more, v128.load(entry, 16)), v128.load(counted, 16)),
  );
  return v128.any_true(differences) ? 0 : id;
}

/** The id of the name from `name` to the colon at `end`, or 0. */
export function nameId(name: usize, end: usize): i32 {
  if (ASC_FEATURE_SIMD) {
    if (end - name < <usize>NAME_SIZE && name + NAME_SIZE <= <usize>MEMORY_END) {
      return idOf(name, end, v128.load(name), v128.load(name, 16));
    }
  }
  return 0;
}

/**
 * Gives an id to the name of `length` bytes in the field line at NAME_INPUT: less than NAME_SIZE, a new one, and not the last of
 * NAME_CAPACITY. Returns the id, or 0 if another name has its place, or it is one more spelling of a framing field.
 */
export function addName(length: usize): i32 {
  if (ASC_FEATURE_SIMD) {
    const end = <usize>NAME_INPUT + length;
    const place = placeOf(NAME_INPUT, end);
    if (load<u8>(place) != 0) return 0;
    const field = framingField(NAME_INPUT, length);
    if (field != 0 && framingNames == FRAMING_IDS) return 0;
    const id = field != 0 ? ++framingNames : ++otherNames;
    if (field != 0) store<u8>(FIELDS + id, <u8>field);
    store<u8>(place, <u8>id);
    memory.copy(<usize>NAMES + (<usize>id << 5), NAME_INPUT, length + 1);
    return id;
  }
  return 0;
}
