/** The list of sick releases in the documentation is the one that is tried. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sickReleases } from '../life/sick/releases.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'sick-releases.md'), 'utf8');
const rows = [...page.matchAll(/^\| (.+?) +\| `([a-z-]+)` +\| ([0-9.]+) +\|$/gm)];

test('docs/sick-releases.md lists each sick release, and why it is given up', () => {
  assert.equal(sickReleases.length, 30);
  assert.deepEqual(
    rows.map(([, name]) => name),
    sickReleases.map(({ name }) => name),
  );
  for (const [, name, cause] of rows) {
    const known = sickReleases.find((one) => one.name === name)?.causes ?? [];
    assert.ok(
      known.some((one) => one === cause),
      `${name}: ${cause}`,
    );
  }
});

test('each came to its end within ten minutes', () => {
  for (const [, name, , minutes] of rows) assert.ok(Number(minutes) <= 10, name);
});
