/** The console of a real site in a real browser, and the first administrator who uses it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromiumPath } from '@holdfast/console/test/browser';
import type { Page } from 'playwright-core';
import { ensureConsole } from '../../scripts/console.ts';
import type { TestSite } from './site.ts';

export const administrator = {
  name: 'Ada Lovelace',
  email: 'ada@example.org',
  password: 'a long enough password',
} as const;

/** Why there is no browser here; false where there is one. For the `skip` option of a test. */
export const missingBrowser: string | false = existsSync(chromiumPath) ? false : `needs ${chromiumPath}`;

/** Builds the console where its sources changed, and answers its folder. */
export async function builtConsole(): Promise<string> {
  await ensureConsole();
  return join(import.meta.dirname, '../../packages/console/dist');
}

/** Makes the first administrator as the first-run page does, but without a browser. */
export async function createAdministrator({ site, api }: TestSite): Promise<void> {
  const secret = new URL(site.firstRunUrl ?? '').hash.slice(1);
  await api.post('/first-run', { secret, ...administrator });
}

export async function signIn(page: Page, password: string = administrator.password): Promise<void> {
  await page.getByRole('textbox', { name: 'E-mail' }).fill(administrator.email);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Goes to a place of the main navigation without loading the document anew. */
export async function goTo(page: Page, place: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: place }).click();
  await page.getByRole('heading', { level: 1, name: place }).waitFor();
}
