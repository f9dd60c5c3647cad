/** A real Linux client, a real dpkg and a real tar: deployed, verified, broken, repaired, removed. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { addPackage, awaitStatus, deployToAll, statusMessages } from '../support/deploy.ts';
import { useSiteWithClient } from '../support/linux.ts';
import { missingOnThisMachine } from '../support/needs.ts';
import { buildDeb, buildTarGz } from '../support/packages.ts';

const skip = missingOnThisMachine('dpkg-deb', 'tar');
const suite = useSiteWithClient(skip);

test('a .deb is deployed, verified, broken and repaired', { skip }, async () => {
  const { site, api } = suite.running;
  const text = 'from a real package\n';
  const { program } = await addPackage(
    api,
    { path: 'hold-hello.deb', bytes: buildDeb('hold-hello', '1.0', { 'opt/hello/hello.txt': text }) },
    { name: 'Hello', version: '1.0' },
    {
      platform: 'linux',
      install: 'dpkg --root={root} --force-not-root -i "{content}/hold-hello.deb"',
      uninstall: 'dpkg --root={root} --force-not-root -P hold-hello',
      detection: [
        { kind: 'package', manager: 'dpkg', name: 'hold-hello', version: '1.0' },
        { kind: 'file', path: '/opt/hello/hello.txt' },
      ],
    },
  );
  await deployToAll(api, program.id);
  const verified = await awaitStatus(site, api, 30020);
  const file = join(suite.client.root, 'opt/hello/hello.txt');
  assert.equal(readFileSync(file, 'utf8'), text);

  rmSync(file);
  const broken = await awaitStatus(site, api, 30022, { after: verified.id });
  assert.match(broken.text, /hello\.txt/);
  const repaired = await awaitStatus(site, api, 30023, { after: broken.id });
  assert.equal(readFileSync(file, 'utf8'), text);

  // The newest deployment of a program wins, so this takes the place of the one above.
  await deployToAll(api, program.id, 'uninstall');
  await awaitStatus(site, api, 30021, { after: repaired.id });
  assert.equal(existsSync(file), false);

  const numbers = (await statusMessages(api)).map((row) => row.seq);
  assert.deepEqual(
    numbers,
    numbers.map((_, index) => index + 1),
    'every message once, in order, without gaps',
  );
  assert.ok(repaired.seq > broken.seq);
});

test('a .tar.gz tree is deployed, verified and repaired', { skip }, async () => {
  const { site, api } = suite.running;
  const tree = { 'srv/tree/one.txt': 'one\n', 'srv/tree/deep/two.txt': 'two\n' };
  const { program } = await addPackage(
    api,
    { path: 'tree.tar.gz', bytes: buildTarGz(tree) },
    { name: 'Tree', version: '2' },
    {
      platform: 'linux',
      install: 'tar -xzf "{content}/tree.tar.gz" -C {root}',
      uninstall: 'rm -r {root}/srv/tree',
      detection: [
        { kind: 'file', path: '/srv/tree/one.txt' },
        { kind: 'file', path: '/srv/tree/deep/two.txt' },
      ],
    },
  );
  const last = (await statusMessages(api)).at(-1)?.id ?? 0;
  await deployToAll(api, program.id);
  const verified = await awaitStatus(site, api, 30020, { after: last });
  const two = join(suite.client.root, 'srv/tree/deep/two.txt');
  assert.equal(readFileSync(two, 'utf8'), 'two\n');
  rmSync(join(suite.client.root, 'srv/tree/deep'), { recursive: true });
  await awaitStatus(site, api, 30023, { after: verified.id });
  assert.ok(existsSync(two));
});
