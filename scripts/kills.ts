/** `npm run kills [-- install|repair] [--every N] [--json]`: kill -9 at every state-changing system call of the bootstrap. */
import { parseArgs } from 'node:util';
import { killEverywhere } from '../e2e/life/kills/kills.ts';
import { openSubject } from '../e2e/life/kills/subject.ts';
import { temporaryFolder } from '../e2e/support/folders.ts';
import { missingOnThisMachine } from '../e2e/support/needs.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { every: { type: 'string', default: '1' }, json: { type: 'boolean', default: false } },
});
const flows = (['install', 'repair'] as const).filter(
  (flow) => positionals.length === 0 || positionals.includes(flow),
);
const every = Number(values.every);
const missing = missingOnThisMachine('strace');

if (missing !== false || flows.length === 0 || !(every >= 1)) {
  console.error(missing || 'usage: npm run kills [-- install|repair] [--every N] [--json]');
  process.exitCode = 2;
} else {
  const folder = temporaryFolder();
  const began = performance.now();
  const subject = await openSubject(folder.path);
  try {
    for (const flow of flows) {
      const known = await subject.clients();
      const report = await killEverywhere(subject, flow, {
        every,
        jobs: 2,
        progress: (done, of) => {
          if (process.stderr.isTTY) process.stderr.write(`\r${flow}: ${done}/${of}   `);
        },
      });
      const clients = (await subject.clients()) - known;
      const wanted = flow === 'install' ? report.runs + 1 : 0;
      if (values.json)
        console.log(JSON.stringify({ ...report, clients, minutes: (performance.now() - began) / 60_000 }));
      else {
        const { calls, aimedAt, hit, runs, slowest, broken, missed } = report;
        console.log(
          `${flow}: ${calls} state-changing calls, ${hit} of ${aimedAt} hit in ${runs} runs; ${broken.length} ended badly; ` +
            `the slowest took ${(slowest / 1000).toFixed(1)} s after its kill; ${clients} new clients (${wanted} wanted)`,
        );
        for (const line of [...broken, ...missed.map((key) => `not hit: ${key}`)]) console.log(`  ${line}`);
      }
      if (report.broken.length > 0 || report.hit < 0.99 * report.aimedAt || clients !== wanted)
        process.exitCode = 1;
    }
    if (!values.json) console.log(`${((performance.now() - began) / 60_000).toFixed(1)} minutes`);
  } finally {
    await subject.close();
    folder.remove();
  }
}
