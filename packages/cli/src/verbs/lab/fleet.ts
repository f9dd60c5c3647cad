/** `holdfast lab fleet`: thousands of real clients through a simulated day, on as many threads as asked. */
import type { FleetOptions, FleetReport } from '@holdfast/lab';
import type { Command } from 'commander';
import { AnsweredNo } from '../../answered-no.ts';
import type { Surroundings } from '../../terminal.ts';
import { localVerb, number, runLocal, text, wholeNumber } from '../verb.ts';
import { evenShares, onThread } from './threads.ts';

const hourMs = 3_600_000;

type FleetAnswer = Omit<FleetReport, 'virtualMs'> & {
  readonly virtualHours: number;
  readonly jobs: number;
  /** Of the wall clock, and of all cores together. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Of the whole process, MiB. */
  readonly peakMemory: number;
};

/** The client numbers of a share are in a row. */
export function sharesOf(options: FleetOptions, jobs: number): readonly FleetOptions[] {
  let first = 1;
  return evenShares(options.clients, jobs).map((clients) => {
    const share = { ...options, first, clients };
    first += clients;
    return share;
  });
}

async function runShares(
  shares: readonly FleetOptions[],
  stopped: AbortSignal,
  hour: (hours: number) => void,
): Promise<readonly FleetReport[]> {
  const reached = shares.map(() => 0);
  let told = 0;
  return await Promise.all(
    shares.map((share, index) =>
      onThread<FleetReport>('fleet-worker', share, {
        stopped,
        progress(virtualMs) {
          reached[index] = virtualMs / hourMs;
          const slowest = Math.min(...reached);
          if (slowest > told) hour(slowest);
          told = Math.max(told, slowest);
        },
      }),
    ),
  );
}

function sum(reports: readonly FleetReport[], of: (report: FleetReport) => number): number {
  return reports.reduce((total, report) => total + of(report), 0);
}

function answerText(answer: FleetAnswer): string {
  const { clients, checkIns, requests, messages, virtualHours, seconds, notReached, problems } = answer;
  return [
    `${clients} clients through ${virtualHours} hours in ${seconds} s (${answer.jobs} threads, ${answer.cpuSeconds} s of CPU).`,
    `  check-ins: ${checkIns}, requests: ${requests}, status messages: ${messages}`,
    `  calls of their ports: ${answer.portCalls}`,
    `  peak memory: ${answer.peakMemory} MiB`,
    `  did not reach the goal: ${notReached}`,
    ...problems.map((problem) => `  problem: ${problem}`),
  ].join('\n');
}

export function fleetVerb(lab: Command, surroundings: Surroundings): void {
  const verb = localVerb(lab, 'fleet', 'many real clients through a simulated day against a simulated site', [
    'lab fleet --clients 200 --hours 6',
    'lab fleet --clients 10000 --hours 24 --poll 3600 --jobs 2 --json',
  ])
    .option('--clients <count>', 'clients in all', wholeNumber(1, 1_000_000), 1000)
    .option('--hours <hours>', 'length of the simulated time', wholeNumber(1, 24 * 30), 24)
    .option('--poll <seconds>', 'seconds between the check-ins of a client', wholeNumber(60, 86_400), 3600)
    .option('--jobs <threads>', 'threads, each with a site and a share of the clients', wholeNumber(1, 64), 2)
    .option('--seed <seed>', 'what all chance comes from; 1 unless given');
  runLocal(verb, surroundings, async (session, _words, options) => {
    const fleet = {
      seed: text(options, 'seed') ?? '1',
      clients: number(options, 'clients', 1000),
      hours: number(options, 'hours', 24),
      pollSeconds: number(options, 'poll', 3600),
    };
    const shares = sharesOf(fleet, number(options, 'jobs', 2));
    const [began, cpu] = [performance.now(), process.cpuUsage()];
    const reports = await runShares(shares, surroundings.stopped, (hours) =>
      session.note(`hour ${hours} of ${fleet.hours}`),
    );
    const used = process.cpuUsage(cpu);
    const answer: FleetAnswer = {
      clients: sum(reports, (one) => one.clients),
      checkIns: sum(reports, (one) => one.checkIns),
      requests: sum(reports, (one) => one.requests),
      messages: sum(reports, (one) => one.messages),
      virtualHours: Math.min(...reports.map((one) => one.virtualMs)) / hourMs,
      portCalls: sum(reports, (one) => one.portCalls),
      notReached: sum(reports, (one) => one.notReached),
      problems: reports.flatMap((one) => one.problems),
      jobs: shares.length,
      seconds: Math.round((performance.now() - began) / 100) / 10,
      cpuSeconds: Math.round((used.user + used.system) / 100_000) / 10,
      peakMemory: Math.round(process.resourceUsage().maxRSS / 1024),
    };
    session.answer(answer, () => answerText(answer));
    if (answer.notReached > 0 || answer.problems.length > 0) throw new AnsweredNo();
  });
}
