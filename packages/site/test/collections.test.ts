/** Collections: members by hand and by query. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { CollectionMember, CollectionPreview, CollectionSummary, Page } from '@holdfast/contract';
import { announceMemberships, evaluateClient } from '../src/collections/membership.ts';
import { type ConsoleSite, codeOf, factsOf, openConsoleSite } from './support/console-site.ts';

let site: ConsoleSite;
before(async () => {
  site = await openConsoleSite();
});
after(() => site.close());

const windows = { all: [{ attribute: 'platform', operator: 'equals', value: 'Windows' }] };

async function create(name: string, query: unknown = null) {
  return site.call<CollectionSummary>('POST', '/collections', { name, query });
}

async function members(id: string, only?: 'direct'): Promise<string[]> {
  const page = await site.call<Page<CollectionMember>>('GET', `/collections/${id}/members`);
  return page.body.items.filter(({ direct }) => direct || only === undefined).map((client) => client.id);
}

test('a query takes clients in, lets them go when it changes, and their policies with them', async () => {
  const linux = await site.enrol({ platform: 'linux' });
  const win = await site.enrol({ platform: 'windows' });
  const { body, status } = await create('Windows', windows);
  assert.equal(status, 201);
  assert.equal(body.members, 1);
  assert.deepEqual(await members(body.id), [win]);
  site.invalidated.clear();
  const query = { all: [{ attribute: 'platform', operator: 'equals', value: 'linux' }] };
  const changed = await site.call<CollectionSummary>('PUT', `/collections/${body.id}`, {
    name: 'Linux',
    query,
  });
  assert.equal(changed.body.name, 'Linux');
  assert.deepEqual(await members(body.id), [linux]);
  assert.deepEqual([...site.invalidated].toSorted(), [linux, win].toSorted());
});

test('a client joins and leaves as its facts change', async () => {
  const { body } = await create('Upgraded', {
    all: [{ attribute: 'osVersion', operator: 'starts-with', value: '13' }],
  });
  const id = await site.enrol({ osVersion: '12' });
  assert.deepEqual(await members(body.id), []);
  const change = async (osVersion: string) => {
    await site.context.store
      .updateTable('client')
      .set({ osVersion, facts: JSON.stringify(factsOf({ osVersion })) })
      .where('id', '=', id)
      .execute();
    const changed = await site.context.store.transaction().execute((db) => evaluateClient(db, id));
    announceMemberships(site.context, changed);
  };
  await change('13.1');
  assert.deepEqual(await members(body.id), [id]);
  await change('12.9');
  assert.deepEqual(await members(body.id), []);
});

test('a direct member is in whatever the query says, and out when it is taken out', async () => {
  const { body } = await create('By hand', windows);
  assert.deepEqual(await members(body.id, 'direct'), []);
  const id = await site.enrol({ platform: 'linux' });
  const path = `/collections/${body.id}/members/${id}`;
  assert.equal((await site.call('PUT', path)).status, 204);
  assert.equal((await site.call('PUT', path)).status, 204);
  assert.ok((await members(body.id)).includes(id));
  assert.deepEqual(await members(body.id, 'direct'), [id]);
  const summary = await site.call<CollectionSummary>('GET', `/collections/${body.id}`);
  assert.equal(summary.body.directMembers, 1);
  assert.equal((await site.call('DELETE', path)).status, 204);
  assert.ok(!(await members(body.id)).includes(id));
  const unknown = '00000000-0000-4000-8000-000000000000';
  assert.equal(codeOf(await site.call('PUT', `/collections/${body.id}/members/${unknown}`)), 'not-found');
});

test('the built-in collection cannot be changed, and a name is given once', async () => {
  const { body } = await site.call<Page<CollectionSummary>>('GET', '/collections?search=all clients');
  const [all] = body.items;
  assert.ok(all?.builtIn);
  assert.equal(codeOf(await site.call('PUT', `/collections/${all.id}`, { name: 'Mine' })), 'conflict');
  assert.equal(codeOf(await site.call('DELETE', `/collections/${all.id}`)), 'conflict');
  assert.equal(codeOf(await create('ALL CLIENTS')), 'conflict');
});

test('a preview finds without changing anything', async () => {
  await site.enrol({ hostName: 'preview-1' });
  const query = { all: [{ attribute: 'hostName', operator: 'starts-with', value: 'PREVIEW-' }] };
  const { body } = await site.call<CollectionPreview>('POST', '/collections/preview', query);
  assert.equal(body.members, 1);
  assert.deepEqual(
    body.sample.map((client) => client.hostName),
    ['preview-1'],
  );
});

test('an evaluation that a stop of the site cut off is finished at its next start', async () => {
  const id = await site.enrol({ hostName: 'unfinished-1' });
  const { body } = await create('Unfinished', {
    all: [{ attribute: 'hostName', operator: 'equals', value: 'unfinished-1' }],
  });
  await site.context.store.deleteFrom('collectionMember').where('collectionId', '=', body.id).execute();
  await site.context.store
    .insertInto('setting')
    .values({ key: `membership/${body.id}`, value: '' })
    .execute();
  await site.restart();
  assert.deepEqual(await members(body.id), [id]);
});
