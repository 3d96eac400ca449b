// An export as one Blob, put together piece by piece: what is done is given to the browser, which keeps large Blobs outside of the memory
// of the page.

const ENOUGH = 1 << 23;

export async function blobOf(pieces: AsyncIterable<string | Uint8Array>): Promise<Blob> {
  const done: Blob[] = [];
  let parts: BlobPart[] = [];
  let size = 0;
  for await (const piece of pieces) {
    parts.push(piece as BlobPart);
    size += piece.length;
    if (size < ENOUGH) continue;
    done.push(new Blob(parts));
    parts = [];
    size = 0;
  }
  return new Blob([...done, ...parts]);
}
