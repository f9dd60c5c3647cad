/** `holdfast takeover` against a real site: a rule is foreseen, added, followed, begun and withdrawn. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { facts, machine } from '../../site/test/support/site.ts';
import { startTestSite, type TestSite } from './support.ts';

let site: TestSite;
let rule: string;

before(async () => {
  site = await startTestSite();
  const { token } = (await site.json('token', 'create', '--label', 'one')) as { token: string };
  const { request } = await machine.identities.create('client');
  const body = { token, certificateRequest: request, facts: { ...facts, hostName: 'web-01' } };
  const { enrol } = await import('../../site/src/enrolment/model.ts');
  await enrol(site.site.context, body, 3);
  // The very rule that the documentation shows.
  const page = await readFile(join(import.meta.dirname, '../../../docs/taking-over.md'), 'utf8');
  const [, shown = ''] = /^```json\n([\s\S]*?)^```$/m.exec(page) ?? [];
  rule = join(site.folder, 'remotely.json');
  await writeFile(rule, shown);
});
after(() => site.close());

test('a rule is foreseen, added to look, begun, followed and withdrawn', async () => {
  const add = ['takeover', 'add', rule, '--collection', 'All clients'];
  const dry = await site.run([...add, '--dry-run']);
  assert.equal(dry.code, 0, dry.error);
  assert.match(dry.out, /machines +1 on linux, 0 left out/);
  assert.match(dry.error, /nothing was stored/);
  const added = (await site.json(...add, '--look')) as { id: string; mode: string };
  assert.equal(added.mode, 'look');
  const listed = await site.run(['takeover', 'list']);
  assert.match(listed.out, /Remotely +All clients +look +1 ordered/);
  const begun = await site.run(['takeover', 'begin', 'remotely']);
  assert.match(begun.out, /mode +take-over/);
  const status = await site.run(['takeover', 'status', added.id]);
  assert.match(status.out, /web-01 +ordered/);
  assert.deepEqual(await site.json('takeover', 'remove', 'Remotely'), { id: added.id, withdrawn: true });
  assert.match((await site.run(['takeover', 'list'])).out, /withdrawn/);
});

test('a rule that is none, and an agent that nobody named, are refused in words', async () => {
  const wrong = join(site.folder, 'wrong.json');
  await writeFile(
    wrong,
    JSON.stringify({ ...JSON.parse(await readFile(rule, 'utf8')), removal: { kind: 'shell' } }),
  );
  const refused = await site.run(['takeover', 'add', wrong, '--collection', 'All clients']);
  assert.notEqual(refused.code, 0);
  assert.match(refused.error, /The rule is wrong: removal/);
  const unknown = await site.run(['takeover', 'status', 'Nobody']);
  assert.match(unknown.error, /There is no takeover Nobody/);
});
