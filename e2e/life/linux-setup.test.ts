/** A Linux machine becomes a client by the one line of its site, whatever happens to it in any phase. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type SetupPhase, setupPhases } from '@holdfast/contract';
import { bootingMissing } from '../support/booted.ts';
import { temporaryFolder } from '../support/folders.ts';
import { type LostSite, startLostSite } from '../support/lost-site.ts';
import { missingOnThisMachine } from '../support/needs.ts';
import {
  assertWhole,
  clientIdOf,
  clientsOf,
  type LinuxMachine,
  newLinuxMachine,
  ownUnits,
  setupLog,
  setupsOf,
  state,
  typeLine,
  until,
} from './linux-machines.ts';

const folder = temporaryFolder();

/** Milliseconds without a site. */
const outageMs = 4_000;

let life: LostSite;

/** What every set-up comes to: one client, known to its site, whole and at work, and nothing of the set-up itself. */
async function assertClient(machine: LinuxMachine, dpkg: boolean): Promise<void> {
  const { linux } = machine;
  const timer = linux.pathOf(`${ownUnits}/holdfast-setup.timer`);
  const said = async () => (await setupsOf(machine, life))[0]?.state === 'succeeded';
  await until('the word of its end', machine, said);
  await until('the end of the hook', machine, async () => !existsSync(timer));
  const last = linux.pathOf(`${state}/setup`);
  await until('the end of the set-up', machine, async () => !existsSync(join(last, 'setup.lock')));
  await assertWhole(machine, { dpkg });
  const clients = await clientsOf(machine, life);
  const own = await clientIdOf(machine);
  assert.deepEqual(
    clients.map(({ id }) => id),
    [own],
  );
  assert.deepEqual(readdirSync(last).sort(), ['last.json', 'setup.log']);
  assert.ok(!readFileSync(linux.pathOf(setupLog), 'utf8').includes(life.site.token));
  const words = ['list-units', '--all', '--plain', '--no-legend', 'holdfast-setup*'];
  assert.equal((await linux.ask('systemctl', ...words)).trim(), '', 'systemd still knows of the set-up');
}

/** What happens to it when a phase begins. Resolves once it has happened. */
const misfortunes = {
  'kill -9': async ({ linux }) => {
    const lock = readFileSync(linux.pathOf(`${state}/setup/setup.lock`), 'utf8');
    const { pid } = JSON.parse(lock) as { pid: number };
    await linux.ask('kill', '-9', String(pid));
  },
  'a hard restart': ({ linux }) => linux.crash(),
  'a lost network': async () => {
    await life.lose();
    await sleep(outageMs);
    await life.find();
  },
} as const satisfies Record<string, (machine: LinuxMachine) => Promise<void>>;
type Misfortune = keyof typeof misfortunes;

type Case = {
  readonly phase: SetupPhase;
  readonly what: Misfortune;
  readonly dpkg: boolean;
  readonly ownPace?: boolean;
};

const everything: readonly Case[] = setupPhases.flatMap((phase) =>
  (Object.keys(misfortunes) as Misfortune[]).flatMap((what) => [
    { phase, what, dpkg: true },
    { phase, what, dpkg: false },
  ]),
);
const slice: readonly Case[] = [
  { phase: 'install', what: 'kill -9', dpkg: true },
  { phase: 'install', what: 'a hard restart', dpkg: false },
];
const cases: readonly Case[] =
  process.env.HOLDFAST_FULL === '1'
    ? [...everything, { phase: 'install', what: 'kill -9', dpkg: true, ownPace: true }]
    : slice;

const missing = bootingMissing() || missingOnThisMachine('curl', 'sha256sum');

describe('a new Linux machine', { skip: missing }, () => {
  before(async () => {
    life = await startLostSite(join(folder.path, 'site'));
  });
  after(async () => {
    await life?.stop();
    folder.remove();
  });

  for (const { phase, what, dpkg, ownPace = false } of cases) {
    const by = `${dpkg ? 'the .deb' : 'the .tar.gz'}${ownPace ? ' at its own pace' : ''}`;
    it(`becomes a client by ${by} with ${what} in phase ${phase}`, async (t) => {
      const machine = await newLinuxMachine(folder.path, { dpkg, ownPace });
      try {
        const began = performance.now();
        let happened: Promise<void> | undefined;
        await typeLine(machine, life, (line) => {
          if (line === `${phase} begins`) happened ??= misfortunes[what](machine);
        });
        assert.ok(happened, `phase ${phase} did not begin`);
        await happened;
        await assertClient(machine, dpkg);
        t.diagnostic(`${Math.round(performance.now() - began)} ms`);
      } finally {
        await machine.linux.stop();
      }
    });
  }
});
