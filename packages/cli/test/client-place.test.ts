/** Where a client lies, seen from the bundles that it is made of. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeOf } from '../src/client/place.ts';

const node = '/opt/holdfast-client/runtime/node';
const install = '/opt/holdfast-client';

test('the seed lies in the install folder, from its main and from what it shares', {
  skip: process.platform === 'win32',
}, () => {
  for (const file of ['core/holdfast-client.mjs', 'chunks/shared-1.mjs', 'software/software.mjs']) {
    const place = placeOf(`file://${install}/seed/${file}`, node);
    assert.deepEqual(place, { installFolder: install, versionFolder: `${install}/seed` });
  }
});

test('a version in the state folder is run by the runtime of the install folder', {
  skip: process.platform === 'win32',
}, () => {
  const folder = '/var/lib/holdfast-client/versions/1.2.3';
  const place = placeOf(`file://${folder}/core/holdfast-client.mjs`, node);
  assert.deepEqual(place, { installFolder: install, versionFolder: folder });
  assert.equal(placeOf(`file://${folder}/core/holdfast-client.mjs`, '/usr/bin/node'), undefined);
});

test('sources and other bundles were installed by no package', { skip: process.platform === 'win32' }, () => {
  for (const url of [
    'file:///repo/packages/cli/src/client/place.ts',
    'file:///dist/holdfast-client.mjs',
    'file:///x/core/a.mjs',
  ]) {
    assert.equal(placeOf(url, node), undefined, url);
  }
});
