/** site.yaml: what is wrong in it is told with its line. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { exampleSiteConfig, readSiteConfig } from '../src/site-config.ts';

async function configFile(context: TestContext, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-config-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'site.yaml');
  await writeFile(path, text);
  return path;
}

const good = 'siteCode: LAB\ndataFolder: data\nhostNames: [holdfast.example]\n';

test('the example is a valid configuration with its paths taken from its own folder', async (context) => {
  const path = await configFile(context, exampleSiteConfig('LAB', ['holdfast.example', '10.0.0.1']));
  const config = await readSiteConfig(path);
  assert.equal(config.siteCode, 'LAB');
  assert.deepEqual(config.hostNames, ['holdfast.example', '10.0.0.1']);
  assert.equal(config.dataFolder, join(path, '..', 'data'));
  assert.equal(config.console?.port, 8080);
});

for (const [title, text, line, words] of [
  [
    'an unknown key is named with its line',
    `${good}console:\n  port: 1\n  porrt: 2\n`,
    6,
    'unknown key porrt',
  ],
  ['an unknown key at the top is named with its line', `${good}colour: red\n`, 4, 'unknown key colour'],
  ['a wrong value is named with its line', `${good}pollSeconds: soon\n`, 4, 'pollSeconds'],
  ['a value out of range is named with its line', `${good}\nmanagementPoint:\n  port: 70000\n`, 6, 'port'],
  ['broken YAML is named with its line', `${good}console: [\n`, undefined, ''],
  ['a missing key is named', 'dataFolder: data\nhostNames: [a]\n', 1, 'siteCode'],
] as const) {
  test(title, async (context) => {
    const path = await configFile(context, text);
    await assert.rejects(readSiteConfig(path), (thrown: unknown) => {
      assert.ok(thrown instanceof Error && 'code' in thrown && thrown.code === 'site.config-invalid');
      if (line !== undefined) assert.ok(thrown.message.includes(`line ${line}:`), thrown.message);
      assert.ok(thrown.message.includes(words), thrown.message);
      return true;
    });
  });
}
