/** `holdfast-client versions` and `self-test`: which versions lie here, which runs, and whether this one would work. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { loadComponents, loadComponentWork } from '@holdfast/client';
import {
  floorOf,
  readCurrent,
  readTrial,
  readVerdict,
  type Trial,
  type Verdict,
  versionsFolder,
  withVersions,
} from '@holdfast/client/versions';
import { HoldfastError, holdfastVersion, trialMs, trialStarts } from '@holdfast/contract';
import { withOpen } from '@holdfast/engine';
import type { Machine } from '@holdfast/machine';
import { AnsweredNo } from '../../answered-no.ts';
import { facts, plain, table } from '../../terminal.ts';
import { installationBeside } from '../installation.ts';
import { driverFile, testScreenDriver } from '../screen-driver.ts';
import { type ClientVerbs, machineFor } from './client-verb.ts';

const versionName = /^\d{1,3}\.\d{1,3}\.\d{1,5}$/;

type Listed = {
  readonly current: string;
  readonly floor: string;
  readonly versions: readonly { readonly version: string; readonly role: string }[];
  readonly trial: Trial | null;
  readonly verdict: Verdict | null;
};

export function versionsVerb({ verb, run }: ClientVerbs): void {
  const command = verb(
    'versions',
    'versions of the client that lie here: which one runs, which one is on trial, and how the last trial ended',
    ['versions', 'versions --json'],
  );
  run(command, async ({ session, folder }) => {
    const machine = machineFor(session.surroundings, { root: '/' });
    try {
      const listed = await listVersions(machine, folder);
      // Whose blessing counts is nobody's secret, but long.
      session.answer(listed, () => versionsText(listed, session.surroundings.columns));
    } finally {
      machine.close();
    }
  });
}

async function listVersions(machine: Machine, folder: string): Promise<Listed> {
  return await withOpen(machine.disk.open(folder), async (state) => {
    const current = (await readCurrent(state)) ?? 'seed';
    const trial = (await withVersions(state, readTrial)) ?? null;
    const verdict = (await withVersions(state, readVerdict)) ?? null;
    const names = await readdir(join(folder, versionsFolder)).catch(() => []);
    const role = (version: string) => {
      if (trial?.version === version) return 'on trial';
      if (version === current) return 'current';
      return trial?.previous === version ? 'gone back to if the trial fails' : 'kept';
    };
    const numbers = ['seed', ...names.filter((name) => versionName.test(name)).sort()];
    const versions = numbers.map((version) => ({ version, role: role(version) }));
    return { current, floor: await floorOf(state), versions, trial, verdict };
  });
}

function versionsText({ versions, floor, trial, verdict }: Listed, columns: number | undefined): string {
  const lines = [
    ['this program', holdfastVersion],
    ['floor', floor],
    ...(trial
      ? [
          [
            'trial',
            `version ${trial.version}, start ${trial.starts} of ${trialStarts}, ${Math.round(trial.spentMs / 1000)} s of ${(trial.leastMs + trialMs) / 1000} s`,
          ],
        ]
      : []),
    ...(verdict
      ? [
          [
            'last trial',
            `version ${verdict.version} was given up (${verdict.cause}): ${plain(verdict.reason)}`,
          ],
        ]
      : []),
  ].map(([name = '', text = '']) => [name, text] as const);
  const shape = [
    { title: 'version', value: ({ version }: Listed['versions'][number]) => version },
    { title: 'what it is', value: ({ role }: Listed['versions'][number]) => role },
  ];
  return `${table(versions, shape, columns)}\n${facts(lines)}`;
}

export function selfTestVerb({ verb, run }: ClientVerbs): void {
  const command = verb(
    'self-test',
    'whether this version would work on this machine: its files, its components, its screen driver, starting a program',
    ['self-test', 'self-test --json'],
  );
  run(command, async ({ session, folder }) => {
    const machine = machineFor(session.surroundings, { root: '/' });
    try {
      const trouble = await troubleOf(machine, folder);
      const answer = {
        version: holdfastVersion,
        passed: trouble === undefined,
        text: trouble ?? 'all is well',
      };
      session.answer(answer, () =>
        facts([
          ['version', answer.version],
          ['result', answer.passed ? 'passed' : 'failed'],
          ['seen', plain(answer.text)],
        ]),
      );
      if (!answer.passed) throw new AnsweredNo();
    } finally {
      machine.close();
    }
  });
}

/** Undefined where nothing is wrong. Nothing is changed. */
async function troubleOf(machine: Machine, folder: string): Promise<string | undefined> {
  try {
    const installation = await installationBeside(folder, machine);
    const { verifyComponents } = await loadComponentWork();
    // The launcher is the package's: it is not of this version.
    const findings = await verifyComponents(installation, ['core', 'software', 'inventory', 'screen']);
    for (const { component, damages } of findings) {
      const [damage] = damages.filter(
        ({ kind }) => kind === 'file' || kind === 'manifest' || kind === 'variant',
      );
      if (damage) return `${component}: ${damage.what}: ${damage.reason}`;
    }
    await loadComponents();
    const variant = findings.find(({ component }) => component === 'screen')?.variant;
    if (variant) {
      const driver = join(installation.place.versionFolder, 'screen', variant, driverFile);
      const { passed, text } = await testScreenDriver(machine, driver);
      if (!passed) return `screen: ${text}`;
    }
    const program = await machine.processes.start({
      program: process.execPath,
      arguments: ['--version'],
      folder,
    });
    const { code } = await program.exit;
    return code === 0 ? undefined : `a program could not be run: exit code ${code}`;
  } catch (thrown) {
    if (thrown instanceof HoldfastError) return thrown.message;
    throw thrown;
  }
}
