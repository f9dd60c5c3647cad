/** Deployments that bring an older client are none of today's. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOlderClient } from '../src/older-clients.ts';
import { enrolled } from './support/rig.ts';

test('a deployment that brings an older client is refused, once, and not run', async (context) => {
  const made = await enrolled(context);
  made.site.deploy(
    made.app({ program: { detection: [{ kind: 'file', path: '/opt/holdfast-endpoint/node' }] } }),
  );
  await made.client().cycle();
  await made.client().cycle();
  assert.equal(made.installed(), false);
  assert.equal(made.site.names().filter((name) => name === 'program-cannot-run').length, 1);
});

test('an older client is known by its packages and folders on both platforms, and today’s is none', () => {
  const windows = (path: string) => isOlderClient([{ kind: 'file', path }]);
  assert.ok(isOlderClient([{ kind: 'package', manager: 'dpkg', name: 'holdfast-agent' }]));
  assert.ok(isOlderClient([{ kind: 'msi', productCode: '{7B1D9F52-3A0E-4C1B-9E57-0C6E2F4A1D02}' }]));
  assert.ok(windows('c:\\program files\\holdfast endpoint\\node.exe'));
  assert.ok(windows('C:\\ProgramData\\HoldfastAgent\\agent.ini'));
  assert.ok(!windows('C:\\Program Files\\Holdfast\\Client\\launcher\\launcher.mjs'));
  assert.ok(!isOlderClient([{ kind: 'file', path: '/opt/holdfast-client/launcher/launcher.mjs' }]));
  assert.ok(!isOlderClient([{ kind: 'package', manager: 'dpkg', name: 'holdfast-client' }]));
});
