/** A deployment on one client: installed, verified, broken, repaired, removed, held. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { enrolled, type Rig, sentences } from './support/rig.ts';

test('a required deployment is downloaded, installed, verified and reported in one cycle', async (t) => {
  const rig = await enrolled(t);
  rig.site.deploy(rig.app());
  const report = await rig.client().cycle();
  assert.deepEqual(report.problems, []);
  assert.equal(report.checkIn, 'applied');
  assert.ok(rig.installed());
  assert.deepEqual(rig.site.names(), [
    'client-enrolled',
    'deployment-received',
    'policy-applied',
    'content-downloading',
    'content-ready',
    'program-started',
    'program-succeeded',
    'software-verified',
  ]);
  assert.equal(rig.client().status().outbox, 0);
  assert.equal(rig.client().status().deployments[0]?.state, 'succeeded');
});

test('software that is broken later is reported and repaired from the kept content, without the site', async (t) => {
  const rig = await enrolled(t);
  rig.site.deploy(rig.app());
  await rig.client().cycle();
  await rm(join(rig.root, 'app.txt'));
  rig.site.contents.clear();
  await rig.client().cycle();
  assert.ok(rig.installed());
  assert.deepEqual(rig.site.names().slice(-4), [
    'software-broken',
    'program-started',
    'program-succeeded',
    'software-repaired',
  ]);
  const before = rig.site.received.length;
  await rig.client().cycle();
  assert.equal(rig.site.received.length, before, 'a standing fact is said once');
});

test('software that somebody removed is installed again, not repaired: its repair would find nothing to mend', async (t) => {
  const code = '{A2A3B4C5-0000-4000-8000-0123456789AB}';
  const product: { installed: boolean } = { installed: true };
  const rig = await enrolled(t, {
    installers: { dpkg: async () => undefined, msi: async () => product, fileVersion: async () => undefined },
  });
  rig.site.deploy(
    rig.app({
      program: {
        repair: '/bin/false',
        detection: [
          { kind: 'file', path: '/app.txt' },
          { kind: 'msi', productCode: code },
        ],
      },
    }),
  );
  await rig.client().cycle();
  assert.ok(rig.installed());
  await rm(join(rig.root, 'app.txt'));
  product.installed = false;
  await rig.client().cycle();
  assert.ok(rig.installed(), 'the command that installs has run');
  product.installed = true;
  await rig.client().cycle();
  assert.ok(rig.site.names().includes('software-repaired'));
});

test('software that breaks again and again is held after the repairs of a day, and repaired on the next', async (t) => {
  const rig = await enrolled(t);
  rig.site.deploy(rig.app());
  await rig.client().cycle();
  for (let repair = 1; repair <= 6; repair++) {
    await rm(join(rig.root, 'app.txt'), { force: true });
    rig.clock.advance(60_000);
    await rig.client().cycle();
    assert.equal(rig.installed(), repair <= 5);
  }
  assert.equal(rig.client().status().deployments[0]?.state, 'held');
  rig.clock.advance(24 * 3_600_000);
  await rig.client().cycle();
  assert.ok(rig.installed());
});

test('an uninstall deployment removes the software and says so', async (t) => {
  const rig = await enrolled(t);
  rig.site.deploy(rig.app());
  await rig.client().cycle();
  rig.site.deploy(rig.app({ intent: 'uninstall' }));
  await rig.client().cycle();
  assert.ok(!rig.installed());
  assert.equal(rig.site.names().at(-1), 'software-removed');
});

test('an available deployment is offered, and installed when somebody asks for it', async (t) => {
  const rig = await enrolled(t);
  const app = rig.app({ purpose: 'available' });
  rig.site.deploy(app);
  await rig.client().cycle();
  await rig.client().cycle();
  assert.ok(!rig.installed());
  assert.equal(rig.site.names().filter((name) => name === 'software-available').length, 1);
  await rig.client().requestInstall(app.deploymentId);
  await rig.client().cycle();
  assert.ok(rig.installed());
  await assert.rejects(rig.client().requestInstall(app.program.id), { code: 'not-found' });
});

test('a required deployment waits for its deadline, and is not lost on the way', async (t) => {
  const rig = await enrolled(t);
  rig.site.deploy(rig.app({ deadlineAt: rig.clock.now() + 3_600_000 }));
  const report = await rig.client().cycle();
  assert.ok(!rig.installed());
  assert.ok(report.wakeAt <= rig.clock.monotonic() + 3_600_000);
  rig.clock.advance(3_600_000);
  await rig.client().cycle();
  assert.ok(rig.installed());
});

test('a program that ends well and installs nothing is tried once more and then held, whatever its exit code says', async (t) => {
  const rig = await enrolled(t);
  rig.site.deploy(rig.app({ program: { install: '/bin/true' } }));
  for (let cycle = 0; cycle < 4; cycle++) {
    await rig.client().cycle();
    rig.clock.advance(3_600_000);
  }
  assert.equal(rig.site.names().filter((name) => name === 'program-started').length, 2);
  assert.equal(rig.site.names().at(-1), 'detection-still-false');
  assert.match(sentences(rig).at(-1) ?? '', /app.txt is missing; held after 2 attempts/);
});

test('a program that fails is tried with growing pauses and given up with its reason', async (t) => {
  const rig = await enrolled(t);
  rig.site.deploy(rig.app({ program: { install: '/bin/sh -c "echo no such luck; exit 7"' } }));
  for (let cycle = 0; cycle < 8; cycle++) {
    await rig.client().cycle();
    rig.clock.advance(2 * 3_600_000);
  }
  assert.equal(rig.site.names().filter((name) => name === 'attempt-failed').length, 4);
  assert.equal(rig.site.names().at(-1), 'program-failed');
  assert.match(sentences(rig).at(-1) ?? '', /exit code 7: no such luck/);
});

test('an exit code of failure does not matter where detection holds', async (t) => {
  const rig = await enrolled(t);
  rig.site.deploy(rig.app({ program: { install: '/bin/sh -c "touch \'{root}/app.txt\'; exit 3"' } }));
  await rig.client().cycle();
  assert.equal(rig.site.names().at(-1), 'software-verified');
});

test('another installer that is busy is waited for and does not use up attempts', async (t) => {
  const rig = await enrolled(t);
  const line = `/bin/sh -c "echo 'dpkg: error: dpkg frontend lock was locked by another process with pid 7'; exit 2"`;
  rig.site.deploy(rig.app({ program: { install: line } }));
  for (let cycle = 0; cycle < 10; cycle++) {
    await rig.client().cycle();
    rig.clock.advance(3_600_000);
  }
  assert.equal(rig.site.names().at(-1), 'attempt-failed');
  assert.equal(rig.client().status().deployments[0]?.state, 'waiting');
});

test('a program that asks for a restart counts only after the machine has restarted', async (t) => {
  const rig = await enrolled(t);
  const line = '/bin/sh -c "touch \'{root}/app.txt\'; exit 194"';
  const exitCodes = [{ code: 194, meaning: 'reboot-required' } as const];
  rig.site.deploy(rig.app({ program: { install: line, exitCodes } }));
  await rig.client().cycle();
  await rig.client().cycle();
  assert.equal(rig.site.names().at(-1), 'reboot-pending');
  assert.match(sentences(rig).at(-1) ?? '', /needs a restart of the machine: exit code 194/);
  assert.equal(rig.client().status().deployments[0]?.state, 'reboot-pending');
  const system = {
    platform: 'linux',
    name: 'Linux',
    version: '1',
    architecture: 'x64',
    epoch: '1',
  } as const;
  const boot = {
    id: async () => 'another boot',
    operatingSystem: async () => system,
    hostName: async () => 'host',
  };
  await (await rig.restart({ boot })).cycle();
  assert.equal(rig.site.names().at(-1), 'software-verified');
});

/** A minute in steps: one jump would be a machine that slept, and sleep does not count. */
async function awakeMinute({ clock }: Rig): Promise<void> {
  for (let seconds = 0; seconds < 60; seconds += 5) {
    clock.advance(5_000);
    await setImmediate();
  }
}

test('a program that runs longer than it may is ended', async (t) => {
  const rig = await enrolled(t);
  rig.site.deploy(rig.app({ program: { install: '/bin/sleep 1000', maxRunMinutes: 1 } }));
  rig.site.bend((request, path) => {
    // The report that the program runs reaches the site while it does: then its time is over.
    if (path.endsWith('/status') && request.body?.includes('"code":10005')) void awakeMinute(rig);
    return undefined;
  });
  await rig.client().cycle();
  assert.match(sentences(rig).at(-1) ?? '', /ran longer than allowed/);
});

test('a program for another platform, and one without an uninstall command, are refused with their reason', async (t) => {
  const rig = await enrolled(t);
  await writeFile(join(rig.root, 'app.txt'), 'there');
  const app = rig.app({ intent: 'uninstall' });
  const { uninstall: _, ...program } = app.program;
  rig.site.deploy(rig.app({ program: { platform: 'windows' } }), { ...app, program });
  await rig.client().cycle();
  assert.ok(rig.site.names().includes('platform-rejected'));
  assert.ok(sentences(rig).some((text) => /cannot run: The program has no uninstall command/.test(text)));
});

test('a withdrawn deployment is dropped with its content, and what it installed stays', async (t) => {
  const rig = await enrolled(t);
  const app = rig.app();
  rig.site.deploy(app);
  await rig.client().cycle();
  const work = join(rig.state, 'work', app.deploymentId);
  assert.ok(await stat(work));
  rig.site.deploy();
  await rig.client().cycle();
  await assert.rejects(stat(work));
  assert.ok(rig.installed());
  assert.deepEqual(rig.client().status().deployments, []);
});

test('a program that outlives its client is found again and waited for, not started twice', {
  timeout: 30_000,
}, async (t) => {
  const rig = await enrolled(t);
  const otherFile = [{ kind: 'file', path: '/other' } as const];
  const line =
    "/bin/sh -c \"echo once >> '{root}/runs'; while [ -d '{root}' -a ! -e '{root}/go' ]; do sleep 0.02; done; touch '{root}/app.txt'\"";
  rig.site.deploy(rig.app({ program: { install: line } }));
  const stop = new AbortController();
  rig.site.bend((request, path) => {
    if (path.endsWith('/status') && request.body?.includes('"code":10005')) stop.abort();
    return undefined;
  });
  await rig.client().cycle(stop.signal);
  const client = await rig.restart();
  await client.cycle();
  assert.ok(!rig.installed());
  rig.site.deploy(rig.app({ program: { install: `/bin/touch "{root}/other"`, detection: otherFile } }));
  await client.cycle();
  assert.ok(!existsSync(join(rig.root, 'other')), 'withdrawn or not, one program runs at a time');
  await writeFile(join(rig.root, 'go'), '');
  while (!existsSync(join(rig.root, 'other'))) await client.cycle();
  assert.equal(client.status().deployments.length, 1);
  assert.equal(await readFile(join(rig.root, 'runs'), 'utf8'), 'once\n');
});

test('a deployment that changes while its program runs begins anew when that program has ended', {
  timeout: 30_000,
}, async (t) => {
  const rig = await enrolled(t);
  const line =
    "/bin/sh -c \"echo once >> '{root}/runs'; while [ -d '{root}' -a ! -e '{root}/go' ]; do sleep 0.02; done; touch '{root}/app.txt'\"";
  const app = rig.app({ program: { install: line } });
  rig.site.deploy(app);
  const stop = new AbortController();
  rig.site.bend((request, path) => {
    if (path.endsWith('/status') && request.body?.includes('"code":10005')) stop.abort();
    return undefined;
  });
  await rig.client().cycle(stop.signal);
  const client = await rig.restart();
  rig.site.deploy({ ...app, package: { ...app.package, version: '2.0' } });
  await client.cycle();
  // Its shell may be slower than the client was.
  while (!existsSync(join(rig.root, 'runs'))) await client.cycle();
  assert.equal(await readFile(join(rig.root, 'runs'), 'utf8'), 'once\n');
  await writeFile(join(rig.root, 'go'), '');
  const isRunning = () => client.status().deployments[0]?.state === 'running';
  // The program ends a moment after the file is there.
  while (!rig.installed() || isRunning()) await client.cycle();
  const [deployment] = client.status().deployments;
  assert.deepEqual([deployment?.package, deployment?.state], ['App 2.0', 'succeeded']);
  assert.equal(await readFile(join(rig.root, 'runs'), 'utf8'), 'once\n');
});

test('two faults that stand side by side are reported once each', async (t) => {
  const rig = await enrolled(t);
  const apps = [rig.app(), rig.app()];
  rig.site.deploy(...apps);
  await mkdir(join(rig.state, 'work'));
  for (const { deploymentId } of apps) await writeFile(join(rig.state, 'work', deploymentId), 'in the way');
  for (let cycle = 0; cycle < 4; cycle++) {
    await rig.client().cycle();
    rig.clock.advance(60_000);
  }
  assert.equal(rig.site.names().filter((name) => name === 'client-fault').length, 2);
});
