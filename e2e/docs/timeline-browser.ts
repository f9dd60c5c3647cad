/** A drawn timeline in a browser that lets it fetch nothing, and what lies over what in it. */
import assert from 'node:assert/strict';
import { pathToFileURL } from 'node:url';
import { type Look, type Visit, visit } from '@holdfast/console/test/browser';

export const wide: Look = { width: 1000, height: 900, scheme: 'light' };

/** Opens a file, works with the page, and asserts that it asked for nothing and complained of nothing. */
export async function reading<T>(
  path: string,
  look: Look,
  work: (page: Visit['page']) => Promise<T>,
): Promise<T> {
  const address = pathToFileURL(path).href;
  const { page, complaints, close } = await visit(address, look);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  try {
    await page.goto(address);
    const found = await work(page);
    assert.deepEqual(complaints, []);
    assert.deepEqual(
      asked.filter((url) => !url.startsWith('data:')),
      [address],
    );
    return found;
  } finally {
    await close();
  }
}

/** Runs in the page: what lies over what, among everything that is to be read, except a bar or a flag and its own words. */
export const overlaps = `(() => {
  const found = [];
  for (const svg of document.querySelectorAll('svg')) {
    const things = [...svg.querySelectorAll('.label, .dot, .bar, .tick, .flag, .lane')].map((element) => {
      const { left, right, top, bottom } = element.getBoundingClientRect();
      return { left, right, top, bottom, words: (element.getAttribute('class') + ' ' + element.textContent).slice(0, 60) };
    });
    const edge = svg.getBoundingClientRect();
    for (const [index, one] of things.entries()) {
      if (one.left < edge.left || one.right > edge.right) found.push('outside: ' + one.words);
      for (const other of things.slice(index + 1)) {
        const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
        const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
        if (across > 0.5 && down > 1.5) found.push(one.words + ' / ' + other.words);
      }
    }
  }
  return found;
})()`;
