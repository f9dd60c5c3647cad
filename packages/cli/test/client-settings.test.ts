/** The settings of a client: kept when it enrols again, honoured by what it prints and by the room that it gives to content. */
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type ClientSettings, cacheBytes, isLogged } from '@holdfast/client';
import { runClientProgram } from '../src/client/program.ts';
import { type Outcome, startTestSite, surroundings, type TestSite } from './support.ts';

let site: TestSite;
before(async () => {
  site = await startTestSite();
});
after(() => site.close());

async function client(...words: string[]): Promise<Outcome> {
  const said = { out: '', error: '' };
  return { code: await runClientProgram(words, surroundings(said)), ...said };
}

const settingsIn = async (folder: string): Promise<ClientSettings> =>
  JSON.parse(await readFile(join(folder, 'settings.json'), 'utf8'));

async function enrol(folder: string, ...more: string[]): Promise<string> {
  const { token } = (await site.json('token', 'create', '--label', 'settings')) as { token: string };
  const address = site.site.managementPointUrl;
  const words = ['enrol', '--json', '--site', address, '--token', token, '--folder', folder];
  const { code, out, error } = await client(...words, ...more);
  assert.equal(code, 0, error);
  return JSON.parse(out).clientId;
}

test('enrolling again changes what is named and keeps the rest, also what this version does not know', async () => {
  const folder = join(site.folder, 'again');
  const root = join(folder, 'root');
  await mkdir(root, { recursive: true });
  await enrol(folder, '--root', root, '--cache-size', '20', '--log-level', '3');
  const more = {
    ...(await settingsIn(folder)),
    health: 'notify',
    installFolder: '/opt/elsewhere',
    later: true,
  };
  await writeFile(join(folder, 'settings.json'), JSON.stringify(more));
  await enrol(folder, '--log-level', '2');
  assert.deepEqual(await settingsIn(folder), { ...more, logLevel: 2 });
});

test('a client that is to say errors alone prints no news, and works all the same', async () => {
  const folder = join(site.folder, 'quiet');
  const root = join(folder, 'root');
  await mkdir(root, { recursive: true });
  const clientId = await enrol(folder, '--root', root);
  const script = join(site.folder, 'gift.sh');
  await writeFile(script, '#!/bin/sh\ntouch "$1/gift"\n');
  await site.json('package', 'add', script, '--name', 'gift', '--version', '1');
  await site.json(
    ...['program', 'add', 'gift', '--name', 'install', '--platform', 'linux', '--detect-file', '/gift'],
    ...['--install', '/bin/sh "{content}/gift.sh" "{root}"'],
  );
  await site.json('collection', 'create', 'gift');
  await site.json('collection', 'add', 'gift', clientId);
  await site.json('deploy', 'gift', 'gift', '--available');
  const settings = await settingsIn(folder);
  const saysAt = async (logLevel: number) => {
    await writeFile(join(folder, 'settings.json'), JSON.stringify({ ...settings, logLevel }));
    const { code, out, error } = await client('run', '--once', '--folder', folder);
    assert.equal(code, 0, error);
    return out;
  };
  assert.equal(await saysAt(3), '');
  const status = await client('status', '--json', '--folder', folder);
  assert.equal(JSON.parse(status.out).deployments[0].state, 'available');
  // Enrolled anew it has something to say again.
  await enrol(folder);
  assert.match(await saysAt(1), / info /);
});

test('content that does not fit into the cache of the settings is refused by its number', async () => {
  const folder = join(site.folder, 'small');
  const root = join(folder, 'root');
  await mkdir(root, { recursive: true });
  const clientId = await enrol(folder, '--root', root, '--cache-size', '1');
  const file = join(site.folder, 'large.bin');
  await writeFile(file, Buffer.alloc(2 ** 20 + 1));
  await site.json('package', 'add', file, '--name', 'large', '--version', '1');
  await site.json(
    ...['program', 'add', 'large', '--name', 'install', '--platform', 'linux', '--detect-file', '/large'],
    ...['--install', '/bin/cp "{content}/large.bin" "{root}/large"'],
  );
  await site.json('collection', 'create', 'large');
  await site.json('collection', 'add', 'large', clientId);
  await site.json('deploy', 'large', 'large');
  await client('run', '--once', '--folder', folder);
  assert.match(
    (await site.run(['status', '--deployment', 'large'])).out,
    /10050 .*does not fit into the cache/,
  );
});

test('damaged settings are told as such', async () => {
  const folder = join(site.folder, 'damaged');
  await mkdir(folder);
  for (const text of ['{', '{"site":"https://x"}', '{"site":"https://x","root":"/","logLevel":4}']) {
    await writeFile(join(folder, 'settings.json'), text);
    const { code, error } = await client('run', '--once', '--json', '--folder', folder);
    assert.deepEqual([code, JSON.parse(error).error.code], [1, 'client.not-enrolled'], text);
  }
});

test('levels say less and less, and a client that was told nothing uses those of the field', () => {
  const said = (logLevel?: number) =>
    (['info', 'warning', 'error'] as const).filter((one) =>
      isLogged(logLevel === undefined ? {} : { logLevel }, one),
    );
  assert.deepEqual(
    [0, 1, 2, 3].map((level) => said(level).length),
    [3, 3, 2, 1],
  );
  assert.deepEqual([said().length, said(3)], [3, ['error']]);
  assert.equal(cacheBytes({}), 5 * 1024 ** 3);
});
