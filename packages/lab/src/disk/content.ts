/** File content as immutable pages: a change shares every page that it does not touch. */

/** Bytes of a page. */
const pageSize = 4096;

/** Pages are never written to once they are here; missing ones are zeros. */
export type Content = { readonly length: number; readonly pages: readonly (Uint8Array | undefined)[] };

export const noContent: Content = { length: 0, pages: [] };

/** Up to `length` bytes from `position`. */
export function readContent(content: Content, position: number, length: number): Uint8Array {
  const end = Math.min(content.length, position + length);
  const bytes = new Uint8Array(Math.max(0, end - position));
  for (let at = position; at < end; ) {
    const start = at % pageSize;
    const take = Math.min(pageSize - start, end - at);
    const page = content.pages[Math.floor(at / pageSize)];
    if (page !== undefined) bytes.set(page.subarray(start, start + take), at - position);
    at += take;
  }
  return bytes;
}

/** With `data` at `position`; a gap before it reads as zeros. */
export function writeContent(content: Content, position: number, data: Uint8Array): Content {
  const pages = [...content.pages];
  for (let done = 0; done < data.length; ) {
    const at = position + done;
    const index = Math.floor(at / pageSize);
    const start = at % pageSize;
    const take = Math.min(pageSize - start, data.length - done);
    const page = new Uint8Array(pageSize);
    const old = pages[index];
    if (old !== undefined) page.set(old);
    page.set(data.subarray(done, done + take), start);
    pages[index] = page;
    done += take;
  }
  return {
    length: data.length === 0 ? content.length : Math.max(content.length, position + data.length),
    pages,
  };
}

/** Cut or grown (by zeros) to `length`. */
export function truncateContent(content: Content, length: number): Content {
  if (length >= content.length) return { length, pages: content.pages };
  const pages = content.pages.slice(0, Math.ceil(length / pageSize));
  const rest = length % pageSize;
  const last = pages[pages.length - 1];
  if (rest > 0 && last !== undefined && pages.length === Math.ceil(length / pageSize)) {
    const page = new Uint8Array(pageSize);
    page.set(last.subarray(0, rest));
    pages[pages.length - 1] = page;
  }
  return { length, pages };
}
