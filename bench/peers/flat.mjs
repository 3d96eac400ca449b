// Looking a field up in a flat array of names and values, for the peers that deliver one. The cheapest way: by the length of
// the name first, so that hardly any name is lower-cased in vain.

/** The value of the first field called `name`, which is in lower case. */
export function fieldValue(flat, name) {
  for (let n = 0; n < flat.length; n += 2) {
    if (flat[n].length === name.length && flat[n].toLowerCase() === name) return flat[n + 1];
  }
  return undefined;
}
