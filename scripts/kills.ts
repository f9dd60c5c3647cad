/** `npm run kills [-- FLOW ...] [--every N] [--only TEXT] [--jobs N] [--json]`: kill -9 at every state-changing system call of a set-up or an upgrade. */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { killEverywhere } from '../e2e/life/kills/kills.ts';
import {
  type Flow,
  flows,
  isRepair,
  missingFor,
  openSubject,
  type Subject,
} from '../e2e/life/kills/subject.ts';
import { temporaryFolder } from '../e2e/support/folders.ts';

const usage = `usage: npm run kills [-- ${flows.join('|')} ...] [--every N] [--only TEXT] [--jobs N] [--json]`;
/** Of the calls, how many must have been hit. */
const least = 0.99;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    every: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    jobs: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});
const [every, jobs] = [Number(values.every), Number(values.jobs)];
const asked = flows.filter((flow) => positionals.length === 0 || positionals.includes(flow));
const isUsable = positionals.every((word) => flows.some((flow) => flow === word)) && every >= 1 && jobs >= 1;
const missing = isUsable ? (asked.map(missingFor).find((reason) => reason !== false) ?? false) : usage;

if (missing !== false) {
  console.error(missing);
  process.exitCode = 2;
} else {
  const folder = temporaryFolder();
  const subject = await openSubject(folder.path);
  try {
    for (const flow of asked) if (!(await isWhole(subject, flow))) process.exitCode = 1;
  } finally {
    await subject.close();
    folder.remove();
  }
}

/** Kills one flow everywhere, and says what came of it. */
async function isWhole(subject: Subject, flow: Flow): Promise<boolean> {
  const began = performance.now();
  // What a repair begins with is set up once, and is a client, too.
  if (isRepair(flow)) await subject.prepare(flow, 'first');
  const known = await subject.clients();
  const report = await killEverywhere(subject, flow, {
    every,
    only: values.only,
    jobs,
    progress: (done, of) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${flow}: ${done}/${of}   `);
    },
  });
  const clients = (await subject.clients()) - known;
  const wanted = isRepair(flow) ? 0 : report.runs + 1;
  const minutes = (performance.now() - began) / 60_000;
  if (values.json) console.log(JSON.stringify({ ...report, clients, minutes, load: loadavg()[2] }));
  else {
    const { calls, aimedAt, hit, runs, slowest, broken, missed } = report;
    console.log(
      `${flow}: ${calls} state-changing calls, ${hit} of ${aimedAt} hit in ${runs} runs; ${broken.length} ended badly; ` +
        `the slowest took ${(slowest / 1000).toFixed(1)} s after its kill; ${clients} new clients (${wanted} wanted); ` +
        `${minutes.toFixed(1)} minutes at a load of ${loadavg()[2]?.toFixed(0)}`,
    );
    for (const line of [...broken, ...missed.map((key) => `not hit: ${key}`)]) console.log(`  ${line}`);
  }
  return report.broken.length === 0 && report.hit >= least * report.aimedAt && clients === wanted;
}
