/** `holdfast lab run --html`: one machine drawn, alone or under two profiles, written whole or not at all. */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { holdfast, temporaryFolder } from './support.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
before(async () => {
  folder = await temporaryFolder();
});
after(() => folder.remove());

const run = (...words: readonly string[]) => holdfast(['lab', 'run', 'kb829810', '--seed', '4', ...words]);

/** The code of a refusal. */
async function refusal(...words: readonly string[]): Promise<string> {
  const { code, error } = await holdfast(['lab', 'run', 'kb829810', '--json', ...words]);
  assert.equal(code, 1, error);
  return JSON.parse(error).error.code;
}

test('a page replaces what was there, and nothing is left beside it', async () => {
  const inside = join(folder.path, 'replaced');
  await mkdir(inside);
  const path = join(inside, 'life.html');
  await writeFile(path, 'what was there');
  const { code, out, error } = await run('--profile', 'holdfast', '--html', path);
  assert.equal(code, 0);
  assert.match(out, /The machine is not lost/);
  assert.equal(error, `Drawn in ${path}\n`);
  const page = await readFile(path, 'utf8');
  assert.match(page, /^<!doctype html>[\s\S]+<\/html>\n$/);
  assert.match(page, /<code>holdfast lab run kb829810 --profile holdfast --seed 4<\/code>/);
  assert.deepEqual(await readdir(inside), ['life.html']);
});

test('two profiles of one machine are told and drawn below each other', async () => {
  const path = join(folder.path, 'both.html');
  const both = ['--profile', 'sms2003', '--compare', 'holdfast'];
  const { out } = await run(...both, '--html', path, '--json');
  const { profile, lost, worldHash, traceHash, compared } = JSON.parse(out);
  assert.deepEqual([profile, lost, compared.profile, compared.lost], ['sms2003', true, 'holdfast', false]);
  assert.equal(compared.worldHash, worldHash);
  const page = await readFile(path, 'utf8');
  assert.ok(page.indexOf('Lost: ') < page.indexOf('Not lost: '));
  for (const hash of [worldHash, traceHash, compared.traceHash]) assert.ok(page.includes(hash));
  const told = (await run(...both)).out;
  assert.match(told, /The machine is LOST[\s\S]+Profile holdfast, seed 4\.[\s\S]+The machine is not lost/);
});

test('the page alone goes to standard output, and is the same every time', async () => {
  const [once, again] = [await run('--html', '-', '--unshared'), await run('--html', '-', '--unshared')];
  assert.match(once.out, /^<!doctype html>[\s\S]+<\/html>\n$/);
  assert.match(once.out, /--seed 4 --unshared<\/code>/);
  assert.equal(again.out, once.out);
});

test('a seed of any words is told in a command that a shell takes as it is', async () => {
  const seed = `$(reboot) "it's" <b>`;
  const { code, out } = await holdfast(['lab', 'run', 'kb829810', '--seed', seed, '--html', '-']);
  assert.equal(code, 0);
  assert.ok(out.includes('--seed &#39;$(reboot) &quot;it&#39;\\&#39;&#39;s&quot; &lt;b&gt;&#39;</code>'));
  const told = await holdfast(['lab', 'run', 'kb829810', '--seed', 'a\u001b[2Jb']);
  assert.match(told.out, /seed a\ufffd\[2Jb\./);
});

test('what contradicts itself, and where nothing can be written, is refused by a code', async () => {
  assert.equal(await refusal('--seeds', '2', '--html', 'x.html'), 'request.invalid');
  assert.equal(await refusal('--seeds', '2', '--compare', 'holdfast'), 'request.invalid');
  assert.equal(await refusal('--html', '-'), 'request.invalid');
  assert.equal(await refusal('--compare', 'nobody'), 'not-found');
  assert.equal(await refusal('--html', join(folder.path, 'nowhere', 'x.html')), 'disk.not-found');
  const taken = join(folder.path, 'taken');
  await mkdir(join(taken, 'x.html'), { recursive: true });
  assert.match(await refusal('--html', join(taken, 'x.html')), /^disk\./);
  assert.deepEqual(await readdir(taken), ['x.html']);
});
