/** The page of `lab run --html` in a real browser: readable, in order, nothing on top of anything else, nothing fetched. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { overflowOf, shoot } from '@holdfast/console/test/browser';
import { missingBrowser } from '../support/console.ts';
import { temporaryFolder } from '../support/folders.ts';
import { overlaps, reading, wide } from './timeline-browser.ts';

const skip = missingBrowser;
const projectFolder = join(import.meta.dirname, '..', '..');
const folder = temporaryFolder();
after(() => folder.remove());

/** Runs in the page: text as it is read, blanks as one. */
const wordsOf = `document.body.textContent.replaceAll(/\\s+/g, ' ')`;

/** Runs in the page: the lowest contrast of any text with what is behind it, and whose it is. */
const lowestContrast = `(() => {
  const rgb = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [red, green, blue] = rgb(colour).map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element) => {
    const own = element.closest('.mark')?.querySelector('.bar');
    if (element.matches('.bar-text')) return getComputedStyle(own).fill;
    if (element.matches('.flag-text')) return getComputedStyle(element.ownerSVGElement.querySelector('.flag')).fill;
    for (let at = element; at; at = at.parentElement) {
      const { backgroundColor } = getComputedStyle(at);
      if (backgroundColor && backgroundColor !== 'rgba(0, 0, 0, 0)') return backgroundColor;
    }
    return 'rgb(255, 255, 255)';
  };
  let lowest = { ratio: 99, words: '' };
  for (const element of document.querySelectorAll('text, h1, h2, p, summary, td, th, dt, dd, footer')) {
    const style = getComputedStyle(element);
    const colour = element.matches('text') ? style.fill : style.color;
    const [low, high] = [luminance(colour), luminance(behind(element))].sort((a, b) => a - b);
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < lowest.ratio) lowest = { ratio, words: element.textContent.slice(0, 60) + ' ' + colour };
  }
  return lowest;
})()`;

/** The page of one machine under both profiles, drawn once by the program. */
const path = join(folder.path, 'kb829810.html');
before(() => {
  if (skip) return;
  const program = join(projectFolder, 'packages/cli/bin/holdfast.mjs');
  const words = ['--profile', 'sms2003', '--compare', 'holdfast', '--seed', '4', '--html', path];
  execFileSync(process.execPath, [program, 'lab', 'run', 'kb829810', ...words], { stdio: 'pipe' });
});

test('a lost machine and the same machine under Holdfast are drawn below each other, event by event', {
  skip,
}, async () => {
  await reading(path, wide, async (page) => {
    await shoot(page, 'lab-timeline');
    assert.deepEqual(await page.getByRole('heading', { level: 2 }).allTextContents(), [
      'Lost: KBStuff.sys is missing',
      'Not lost: the drivers for Windows XP are installed and verified',
    ]);
    const names = await page.locator('svg').first().locator('.lane').all();
    const places = await Promise.all(
      names.map(async (name) => ({ name: await name.textContent(), y: (await name.boundingBox())?.y ?? 0 })),
    );
    const order = places.toSorted((a, b) => a.y - b.y).map(({ name }) => name);
    assert.deepEqual(order, ['boot', 'services', 'protection', 'client']);
    assert.deepEqual(await page.evaluate<string[]>(overlaps), []);
    assert.deepEqual(await overflowOf(page), []);
    // Each event is in the drawing, and once more in the list.
    const words = await page.evaluate<string>(wordsOf);
    const told = await page.locator('td:last-child').allTextContents();
    assert.ok(told.length > 50);
    const labels = (await page.locator('.label').allTextContents()).map((label) =>
      label.replaceAll(/\s+/g, ' '),
    );
    for (const text of told) {
      assert.ok(words.includes(text), text);
      assert.ok(labels.includes(text), text);
    }
    const error = await page.evaluate<string>("getComputedStyle(document.querySelector('.error .dot')).fill");
    assert.equal(error, 'rgb(179, 32, 26)');
  });
});

test('light and dark, every text has a contrast of 4.5 at least with what is behind it', {
  skip,
}, async () => {
  for (const look of [wide, { ...wide, scheme: 'dark' } as const]) {
    await reading(path, look, async (page) => {
      for (const summary of await page.locator('summary').all()) await summary.click();
      await shoot(page, `lab-timeline-${look.scheme}`);
      const { ratio, words } = await page.evaluate<{ ratio: number; words: string }>(lowestContrast);
      assert.ok(ratio >= 4.5, `${ratio}: ${words}`);
    });
  }
});

test('on a phone the page is as wide as the phone, and the drawing scrolls inside it', { skip }, async () => {
  await reading(path, { width: 390, height: 844, scheme: 'dark' }, async (page) => {
    await shoot(page, 'lab-timeline-390');
    assert.deepEqual(await overflowOf(page), []);
    const scrolled = await page.evaluate<number>(
      "((box) => { box.scrollLeft = 10_000; return box.scrollLeft; })(document.querySelector('.scroll'))",
    );
    assert.ok(scrolled >= 960 - 390, `${scrolled}`);
  });
});
