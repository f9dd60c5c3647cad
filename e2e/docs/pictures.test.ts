/** The drawn pictures of the README are what the code draws now. */
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { picture } from '../../docs/images/kb829810.ts';

const projectFolder = join(import.meta.dirname, '..', '..');
const path = join(projectFolder, 'docs/images/kb829810.svg');

test('docs/images/kb829810.svg is what docs/images/kb829810.ts draws', async () => {
  const again = 'node docs/images/kb829810.ts draws it anew';
  assert.ok((await picture()) === readFileSync(path, 'utf8'), again);
});

test('it is small, and the README shows it', () => {
  assert.ok(statSync(path).size < 200_000);
  assert.match(
    readFileSync(join(projectFolder, 'README.md'), 'utf8'),
    /!\[[^\]]+\]\(docs\/images\/kb829810\.svg\)/,
  );
});
