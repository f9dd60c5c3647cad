/** `holdfast msi explain`: five lines for a person, everything as JSON, and a no where there is nothing to explain. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { holdfast, temporaryFolder } from './support.ts';

const log = (name: string) => fileURLToPath(new URL(`../../msi/test/logs/${name}.log`, import.meta.url));

describe('holdfast msi explain', () => {
  it('says in five lines what failed and why', async () => {
    const { code, out, error } = await holdfast(['msi', 'explain', log('protection-not-ready')]);
    assert.deepEqual([code, error], [0, '']);
    const lines = out.trimEnd().split('\n');
    assert.equal(lines.length, 5);
    assert.match(lines[2] ?? '', /^Why: InstallFiles failed with error 1933: .* 21, ERROR_NOT_READY/);
    assert.match(lines[4] ?? '', /KB829810/);
  });

  it('answers with all installations as JSON, and says that there are more', async () => {
    const { out } = await holdfast(['msi', 'explain', log('again'), '--json']);
    const { encoding, installations } = JSON.parse(out);
    assert.deepEqual([encoding, installations.length], ['utf-16le', 3]);
    assert.deepEqual(
      installations[2].cause.evidence.map(({ line }: { line: number }) => line > installations[2].firstLine),
      [true, true],
    );
    assert.match((await holdfast(['msi', 'explain', log('again')])).error, /^2 more in this log/);
  });

  it('ends with 1 where there is no installation, and no file', async (context) => {
    const { path, remove } = await temporaryFolder();
    context.after(remove);
    const file = join(path, 'empty.log');
    await writeFile(file, '');
    const empty = await holdfast(['msi', 'explain', file]);
    assert.deepEqual([empty.code, empty.error], [1, '']);
    assert.match(empty.out, /^The log is empty/);
    await writeFile(file, 'Property: \u001b[2J\nError 1304. \u001b[31mC:\\a.dll\n');
    assert.ok(!(await holdfast(['msi', 'explain', file])).out.includes('\u001b'));
    assert.match((await holdfast(['msi', 'explain', join(path, 'none.log')])).error, /\[disk\.not-found\]/);
  });
});
