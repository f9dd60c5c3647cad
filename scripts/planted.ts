/** `npm run planted [-- NAME...]`: plants known bugs one by one and has the explorer catch them. */
import { availableParallelism } from 'node:os';
import { plantedBugs } from '../packages/lab/bugs/all.ts';
import { type Catch, hunt, makeWorkspace } from '../packages/lab/bugs/hunt.ts';

/** Seeds and milliseconds for each bug. */
const limits = { seeds: 5_000, timeMs: 3 * 60_000 };

const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopped.abort());

const names = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const json = process.argv.includes('--json');
const unknown = names.filter((name) => !plantedBugs.some((bug) => bug.name === name));
if (unknown.length > 0) {
  const known = plantedBugs.map((bug) => bug.name).join(', ');
  process.stderr.write(`There is no planted bug ${unknown.join(', ')}; there are: ${known}.\n`);
  process.exit(2);
}

const queue = plantedBugs.filter((bug) => names.length === 0 || names.includes(bug.name));
const total = queue.length;
const caught: Catch[] = [];

function tell({ bug, promise, text, seed, seconds }: Catch): void {
  const verdict = promise === null ? 'NOT CAUGHT' : `caught by explore as ${promise}`;
  const line = `${bug.name} (${bug.promise}): ${verdict}, seed ${seed}, ${seconds.toFixed(1)} s: ${text}`;
  (json ? process.stderr : process.stdout).write(`[${caught.length} of ${total}] ${line}\n`);
}

async function work(): Promise<void> {
  await using workspace = await makeWorkspace();
  for (let bug = queue.shift(); bug && !stopped.signal.aborted; bug = queue.shift()) {
    const result = await hunt(workspace, bug, { ...limits, signal: stopped.signal });
    caught.push(result);
    tell(result);
  }
}

await Promise.all(Array.from({ length: Math.min(availableParallelism(), total) }, work));
const missed = caught.filter(({ promise }) => promise === null);
if (json) {
  const rows = caught.map(({ bug, ...found }) => ({ name: bug.name, broken: bug.promise, ...found }));
  process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
} else process.stdout.write(`${total - missed.length} of ${total} planted bugs were caught.\n`);
process.exit(missed.length > 0 || stopped.signal.aborted ? 1 : 0);
