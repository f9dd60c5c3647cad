/** `holdfast msi plan`: what is printed, as JSON too, and that nothing is changed. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { holdfast, temporaryFolder } from './support.ts';

const putty = fileURLToPath(
  new URL('../../../../shared/corpus/msi/putty-0.68-installer.msi', import.meta.url),
);
const skip = existsSync(putty) ? false : 'the sample packages are not here';

async function emptyWindows(context: { after(done: () => Promise<void>): void }): Promise<string> {
  const { path, remove } = await temporaryFolder();
  context.after(remove);
  await mkdir(join(path, 'drive_c'));
  return path;
}

describe('holdfast msi plan', { skip }, () => {
  it('groups what is done by action, and says for every file why', async (context) => {
    const root = await emptyWindows(context);
    const { code, out, error } = await holdfast(['msi', 'plan', putty, '--root', root]);
    assert.deepEqual([code, error], [0, '']);
    const lines = out.split('\n');
    assert.match(lines[0] ?? '', /^PuTTY release 0\.68 0\.68\.0\.0 \{5571/);
    const actions = ['ProcessComponents', 'InstallFiles', 'CreateShortcuts', 'RegisterProduct', 'Files'];
    const places = actions.map((action) => lines.indexOf(action));
    assert.ok(
      places.every((place, index) => place > (places[index - 1] ?? 0)),
      String(places),
    );
    assert.match(out, /putty\.exe +install +missing +there is no file of this name/);
    assert.match(out, /^\d+ operations; 10 of 10 files would be touched\.$/m);
    assert.deepEqual(await readdir(join(root, 'drive_c')), []);
  });

  it('hears properties, and answers with one document', async (context) => {
    const root = await emptyWindows(context);
    const { out } = await holdfast(['msi', 'plan', putty, '--root', root, 'INSTALLDIR=C:\\Tools', '--json']);
    const { operations, decisions, refusal } = JSON.parse(out);
    assert.equal(refusal, null);
    assert.equal(decisions[0].path.startsWith('C:\\Tools\\'), true);
    assert.ok(operations.every((one: { reason: string }) => one.reason.length > 0));
  });

  it('ends with 1 where the installer would refuse', async (context) => {
    const root = await emptyWindows(context);
    const { code, out } = await holdfast(['msi', 'plan', putty, '--root', root, 'REMOVE=ALL']);
    assert.equal(code, 1);
    assert.match(out, /It would be refused \(1605\)/);
    assert.match((await holdfast(['msi', 'plan', putty])).error, /--root DIR/);
  });
});
