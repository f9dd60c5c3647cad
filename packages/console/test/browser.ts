/** A browser for the console's tests: it remembers everything that a page complains about. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

export const chromiumPath = '/usr/bin/chromium';

const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export type Look = { readonly width: number; readonly height: number; readonly scheme: 'light' | 'dark' };

export type Visit = {
  readonly page: Page;
  /** Errors of the console, of scripts and of the content-security policy so far. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
};

/** Opens a browser with a profile of its own. */
export async function visit(origin: string, { width, height, scheme }: Look): Promise<Visit> {
  const profile = mkdtempSync(join(tmpdir(), 'holdfast-console-'));
  const context: BrowserContext = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath,
    headless: true,
    args: quiet,
    viewport: { width, height },
    colorScheme: scheme,
    baseURL: origin,
    reducedMotion: 'reduce',
  });
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(10_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !/^(data|blob):/.test(request.url())) {
      complaints.push(`asked for ${request.url()}`);
    }
  });
  return {
    page,
    complaints,
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** Runs in the page; as text, because what imports this knows no types of a browser. */
const whatSticksOut = `(() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  return [...document.querySelectorAll('body *')]
    .filter((element) => element.getBoundingClientRect().right > clientWidth + 1)
    .map((element) => element.tagName + '.' + element.getAttribute('class'))
    .slice(0, 5);
})()`;

/** What sticks out where the page is wider than its window: the first few elements, by name and class. */
export function overflowOf(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(whatSticksOut);
}

/** Keeps a picture where CONSOLE_SHOTS names a folder. */
export async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env.CONSOLE_SHOTS;
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
