/** A real client from its real packages: one damaged component keeps nothing else from working, and comes back from each kind of package. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { temporaryFolder } from '../support/folders.ts';
import { missingOnThisMachine } from '../support/needs.ts';
import { type BuiltRelease, builtRelease } from '../support/release.ts';
import { startTestSite, type TestSite } from '../support/site.ts';
import { treeFiles } from '../support/tree.ts';

const folder = temporaryFolder();
const install = join(folder.path, 'holdfast-client');
const state = join(folder.path, 'state');

type Answer = { readonly code: number; readonly out: string; readonly error: string };

/** Runs the installed program; whatever its exit code. */
function client(...words: readonly string[]): Promise<Answer> {
  return new Promise((resolve) => {
    execFile(join(install, 'bin/holdfast-client'), [...words, '--folder', state], (failure, out, error) =>
      resolve({ code: failure === null ? 0 : Number(failure.code), out, error }),
    );
  });
}

const damagedFiles = ['software/software.mjs', 'inventory/inventory.mjs', 'screen/x11/screen.mjs'] as const;

function flipOneByte(path: string): void {
  const bytes = readFileSync(path);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

describe('the components of a client', { skip: missingOnThisMachine('sh') }, () => {
  let built: BuiltRelease;
  let site: TestSite;
  let whole: ReturnType<typeof treeFiles>;

  before(async () => {
    built = await builtRelease();
    cpSync(join(built.folder, 'linux-x64'), install, { recursive: true });
    mkdirSync(join(state, 'package'), { recursive: true });
    whole = treeFiles(install);
    site = await startTestSite({ dataFolder: join(folder.path, 'site'), pollSeconds: 60 });
    const { managementPointUrl } = site.site;
    const root = join(folder.path, 'root');
    mkdirSync(root);
    const enrolled = await client(
      'enrol',
      '--site',
      managementPointUrl,
      '--token',
      site.token,
      '--root',
      root,
    );
    assert.equal(enrolled.code, 0, enrolled.error);
  });

  after(async () => {
    await site?.site.close();
    folder.remove();
  });

  it('are whole as the package laid them out', async () => {
    const { code, out, error } = await client('verify', '--json');
    assert.equal(code, 0, `${out}${error}`);
    assert.equal(JSON.parse(out).components.length, 5);
  });

  it('do without the one that is missing: the client checks in and says so', async () => {
    rmSync(join(install, 'seed/software/software.mjs'));
    const { out, error } = await client('run', '--once', '--json');
    assert.match(`${out}${error}`, /component\.damaged/);
    const events = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).event);
    assert.ok(events.includes('policy-applied'), `no check-in: ${events.join(', ')}`);
    assert.ok(events.includes('client-fault'));
    assert.equal((await client('status', '--json')).code, 0);
  });

  for (const kind of ['deb', 'tar.gz', 'rpm'] as const) {
    it(`come back from the kept .${kind}, byte for byte`, async () => {
      const about = built.release.packages.find(
        (one) => one.kind === kind && one.platform === 'linux' && one.architecture === 'x64',
      );
      assert.ok(about);
      rmSync(join(state, 'package'), { recursive: true });
      mkdirSync(join(state, 'package'));
      copyFileSync(join(built.folder, about.name), join(state, 'package', about.name));
      rmSync(join(install, 'seed/software'), { recursive: true, force: true });
      for (const path of damagedFiles.slice(1)) flipOneByte(join(install, 'seed', path));
      writeFileSync(join(install, 'seed/manifests/screen.json'), 'torn');
      assert.equal((await client('verify', '--json')).code, 1);
      const { code, out, error } = await client('repair', 'software', 'inventory', 'screen', '--json');
      assert.equal(code, 0, `${out}${error}`);
      assert.deepEqual(
        JSON.parse(out)
          .restored.map(({ what, from }: { what: string; from: string }) => `${what} ${from}`)
          .sort(),
        [...damagedFiles, 'manifests/screen.json'].map((what) => `${what} kept package`).sort(),
      );
      assert.deepEqual(treeFiles(install), whole);
      assert.equal(statSync(join(install, 'seed/software')).mode & 0o777, 0o755, 'others cannot read it');
    });
  }

  it('work again without anything else being done', async () => {
    const { code, out, error } = await client('run', '--once', '--json');
    assert.equal(code, 0, `${out}${error}`);
  });
});
