/** `holdfast-client components`, `verify` and `repair`: what this client is made of, and whether it is whole. */
import {
  type ComponentFinding,
  type Installation,
  loadComponentWork,
  type RepairReport,
} from '@holdfast/client';
import { type ComponentName, componentNames, HoldfastError } from '@holdfast/contract';
import type { Machine } from '@holdfast/machine';
import { AnsweredNo } from '../../answered-no.ts';
import { plain, table } from '../../terminal.ts';
import type { Session } from '../../verbs/verb.ts';
import { leaveHealthRequest } from '../health-request.ts';
import { installationBeside } from '../installation.ts';
import { holder } from '../lock.ts';
import { makeFolder, settingsOf } from '../settings.ts';
import { type ClientVerbs, machineFor } from './client-verb.ts';

export function componentsVerb({ verb, run }: ClientVerbs): void {
  const command = verb('components', 'what this client is made of', ['components', 'components --json']);
  run(command, ({ session, folder }) =>
    withInstallation(session, folder, async (installation) => {
      const { verifyComponents } = await loadComponentWork();
      const findings = await verifyComponents(installation);
      session.answer({ ...installation.place, components: findings }, () => listText(session, findings));
    }),
  );
}

export function verifyVerb({ verb, run }: ClientVerbs): void {
  const command = verb(
    'verify [component]',
    'compare this client with its signed manifests; exit code 1 where it differs',
    ['verify', 'verify software --json'],
  );
  run(command, ({ session, folder, values }) =>
    withInstallation(session, folder, async (installation) => {
      const { verifyComponents, isWhole } = await loadComponentWork();
      const findings = await verifyComponents(installation, namesIn(values));
      const whole = isWhole(findings);
      session.answer({ whole, components: findings }, () =>
        whole ? 'whole      every file is as its signed manifest says' : damagesText(session, findings),
      );
      if (!whole) throw new AnsweredNo();
    }),
  );
}

export function repairVerb({ verb, run }: ClientVerbs): void {
  const command = verb(
    'repair [component...]',
    'restore what differs from its signed manifest, from the kept package, then the site; never upgrades',
    ['repair', 'repair core software', 'repair --dry-run --json'],
  )
    .option('--dry-run', 'only tell what would be restored')
    .option('--by-package', "called by the package's installer, which starts the service itself");
  run(command, ({ session, folder, values, options }) =>
    withInstallation(session, folder, async (installation, machine) => {
      const dryRun = options.dryRun === true;
      const work = await loadComponentWork();
      session.note('comparing every file with its signed manifest');
      const names = namesIn(values);
      const report = await work.repairComponents(installation, {
        names,
        dryRun,
        signal: session.surroundings.stopped,
      });
      if (!dryRun) {
        await work.tellLater(installation, report);
        if (options.byPackage !== true) await startAgain(machine);
        // A client that runs looks at itself once more, and tells its site what was done.
        if (await holder(folder, machine)) await leaveHealthRequest(folder);
      }
      session.answer(report, () => repairText(session, report, dryRun));
      if (!work.isWhole(report.after)) throw new AnsweredNo();
    }),
  );
}

/** The service runs after a repair, whatever it was before: a client that nobody starts mends nothing. */
async function startAgain({ starters }: Machine): Promise<void> {
  for (const name of ['service', 'second'] as const) {
    const state = await starters?.look(name);
    if (state?.present && !state.active) await starters?.start(name);
  }
}

async function withInstallation(
  session: Session,
  folder: string,
  work: (installation: Installation, machine: Machine) => Promise<void>,
): Promise<void> {
  const { root } = await settingsOf(folder).catch(() => ({ root: '/' }));
  const machine = machineFor(session.surroundings, { root });
  try {
    await makeFolder(folder);
    await work(await installationBeside(folder, machine), machine);
  } finally {
    machine.close();
  }
}

function namesIn(values: readonly string[]): readonly ComponentName[] {
  if (values.length === 0) return componentNames;
  return values.map((value) => {
    const name = componentNames.find((one) => one === value);
    if (name) return name;
    throw new HoldfastError(
      'request.invalid',
      `There is no component ${value}: ${componentNames.join(', ')}.`,
    );
  });
}

function listText({ surroundings }: Session, findings: readonly ComponentFinding[]): string {
  return table(
    findings,
    [
      { title: 'COMPONENT', value: (row) => row.component, whole: true },
      { title: 'VERSION', value: (row) => row.version ?? '-', whole: true },
      { title: 'VARIANT', value: (row) => row.variant ?? '-', whole: true },
      {
        title: 'STATE',
        value: ({ damages }) => (damages.length === 0 ? 'whole' : `${damages.length} damaged`),
      },
    ],
    surroundings.columns,
  );
}

function damagesText({ surroundings }: Session, findings: readonly ComponentFinding[]): string {
  const rows = findings.flatMap(({ component, damages }) =>
    damages.map((damage) => ({ component, ...damage })),
  );
  return table(
    rows,
    [
      { title: 'COMPONENT', value: (row) => row.component, whole: true },
      { title: 'WHAT', value: (row) => plain(row.what) },
      { title: 'REASON', value: (row) => plain(row.reason) },
    ],
    surroundings.columns,
  );
}

function repairText(session: Session, report: RepairReport, dryRun: boolean): string {
  const { before, restored, unrestored, troubles } = report;
  if (before.every(({ damages }) => damages.length === 0)) return 'whole      nothing had to be restored';
  if (dryRun) return damagesText(session, before);
  const lines = [
    ...restored.map(
      ({ component, what, from, reason }) => `restored   ${component}: ${what} from ${from} (${reason})`,
    ),
    ...unrestored.map(({ component, what, reason }) => `damaged    ${component}: ${what}: ${reason}`),
    ...troubles.map(({ source, reason }) => `source     ${source}: ${reason}`),
  ];
  return lines.map(plain).join('\n');
}
