/** A deployment before a closed readiness gate: said once with its evidence, blocking nothing, woken by its event. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Protection } from '@holdfast/ports';
import { enrolled } from './support/rig.ts';

const gates = [{ kind: 'protection-ready' as const, name: 'file-protection' }];

/** File protection that answers error 21 until it is told to serve. */
function lateProtection() {
  const watchers = new Set<() => void>();
  let ready = false;
  const protection: Protection = {
    readiness: async () =>
      ready ? { ready } : { ready, reason: 'it has not started', evidence: { win32: 21 } },
    isProtected: async () => true,
    install: async () => {},
    watch: (changed) => {
      watchers.add(changed);
      return () => void watchers.delete(changed);
    },
  };
  return {
    protection,
    watchers,
    serve: (serves: boolean) => {
      ready = serves;
      for (const watcher of [...watchers]) watcher();
    },
  };
}

test('a program waits at its gate with the number that it was given, kept across a restart, and other work goes on', async (t) => {
  const { protection, serve } = lateProtection();
  const rig = await enrolled(t, { protection });
  const install = '/bin/touch "{root}/gated.txt"';
  const detection = [{ kind: 'file' as const, path: '/gated.txt' }];
  const waiting = rig.app({ program: { gates, install, detection } });
  rig.site.deploy(waiting, rig.app());
  await rig.client().cycle();
  assert.ok(rig.installed(), 'the other one is installed');
  const stateOf = () =>
    rig
      .client()
      .status()
      .deployments.find(({ deploymentId }) => deploymentId === waiting.deploymentId);
  const first = stateOf();
  assert.equal(first?.state, 'waiting');
  assert.deepEqual(first.waiting?.evidence, { win32: 21 });
  assert.equal(first.text, 'App 1.0 waits for file-protection: Win32 21 (it is not ready)');
  rig.clock.advance(600_000);
  await rig.restart();
  await rig.client().cycle();
  assert.equal(stateOf()?.waiting?.since, first.waiting?.since);
  assert.equal(rig.site.names().filter((name) => name === 'waiting-at-gate').length, 1, 'said once');
  serve(true);
  await rig.client().cycle();
  assert.equal(stateOf()?.state, 'succeeded');
  assert.equal(stateOf()?.waiting, null);
});

test('a client asleep is woken by its gate, without the clock', { timeout: 30_000 }, async (t) => {
  const { protection, watchers, serve } = lateProtection();
  const rig = await enrolled(t, { protection });
  rig.site.deploy(rig.app({ program: { gates } }));
  const stop = new AbortController();
  const running = rig.client().run(stop.signal);
  while (watchers.size === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(!rig.installed());
  serve(true);
  while (!rig.site.names().includes('software-verified')) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  stop.abort();
  await running;
  assert.ok(rig.installed());
  assert.equal(watchers.size, 0);
});
