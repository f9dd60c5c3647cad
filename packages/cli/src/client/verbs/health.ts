/** `holdfast-client health`: what the client found when it looked at itself, and what it did about it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientEvent } from '@holdfast/client';
import { type HealthFinding, type HealthReport, HoldfastError, isHoldfastError } from '@holdfast/contract';
import { AnsweredNo } from '../../answered-no.ts';
import { facts, table, when } from '../../terminal.ts';
import type { Session } from '../../verbs/verb.ts';
import { leaveHealthRequest } from '../health-request.ts';
import { holder } from '../lock.ts';
import { publishedStatus, settingsOf } from '../settings.ts';
import { type ClientVerbs, eventLine, machineFor, withClient } from './client-verb.ts';

/** Milliseconds between two looks for the report of the running client, and until it is given up. */
const lookMs = 250;
const patienceMs = 15 * 60_000;

export function healthVerb({ verb, run }: ClientVerbs): void {
  const command = verb(
    'health',
    'how the client found itself, and what it mended; exit code 1 where not all is well',
    ['health', 'health --evaluate', 'health --evaluate --json'],
  ).option('--evaluate', 'look at everything now, and mend what can be mended');
  run(command, async ({ session, folder, options }) => {
    const report =
      options.evaluate === true ? await evaluate(session, folder) : await lastReport(session, folder);
    session.answer(report, () => healthText(report, session.surroundings.columns));
    if (report === null || report.findings.some(({ state }) => state === 'failed')) throw new AnsweredNo();
  });
}

async function lastReport(session: Session, folder: string): Promise<HealthReport | null> {
  let report: HealthReport | null = null;
  try {
    await withClient(
      session,
      folder,
      await settingsOf(folder),
      () => undefined,
      async ({ client }) => {
        report = client.status().health;
      },
    );
  } catch (thrown) {
    const published = isHoldfastError(thrown, 'client.running') ? await publishedStatus(folder) : undefined;
    if (!published) throw thrown;
    report = published.health;
  }
  return report;
}

/** By the client that runs, or here where none does: its report then goes to the site with the next check-in. */
async function evaluate(session: Session, folder: string): Promise<HealthReport | null> {
  const settings = await settingsOf(folder);
  const machine = machineFor(session.surroundings, settings);
  const running = await holder(folder, machine).finally(() => machine.close());
  if (running) return await askRunning(session, folder);
  let report: HealthReport | null = null;
  const log = (event: ClientEvent) => session.note(eventLine(event, false).trimEnd());
  await withClient(session, folder, settings, log, async ({ client }) => {
    report = await client.evaluate('request', session.surroundings.stopped);
  });
  return report;
}

async function askRunning(session: Session, folder: string): Promise<HealthReport> {
  const before = (await publishedStatus(folder))?.health?.evaluatedAt;
  await leaveHealthRequest(folder);
  session.note('the running client looks at itself ...');
  for (let waited = 0; waited < patienceMs; waited += lookMs) {
    await sleep(lookMs, undefined, { signal: session.surroundings.stopped });
    const report = (await publishedStatus(folder))?.health;
    if (report && report.evaluatedAt !== before && report.occasion === 'request') return report;
  }
  throw new HoldfastError(
    'health.timeout',
    'The running client did not come to it: it works on something else.',
  );
}

function healthText(report: HealthReport | null, columns: number | undefined): string {
  if (report === null) return 'This client has not evaluated itself yet: health --evaluate.';
  const about = facts([
    ['evaluated', when(report.evaluatedAt)],
    ['occasion', report.occasion],
    ['version', report.clientVersion],
  ]);
  const findings = table(
    report.findings,
    [
      { title: 'CHECK', value: nameOf, whole: true },
      { title: 'STATE', value: (row) => row.state, whole: true },
      { title: 'FOUND', value: (row) => row.reason },
      { title: 'DONE', value: (row) => row.remedy ?? '' },
    ],
    columns,
  );
  return `${about}\n\n${findings}`;
}

function nameOf({ check, component }: HealthFinding): string {
  return component === undefined ? check : `${check} ${component}`;
}
