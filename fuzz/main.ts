/** `npm run fuzz -- msi [--seconds N | --cases N] [--seed S] [--only TARGET,...] [--workers N] [--json] [--replay FILE]`. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { areaNames, targetsOf } from './areas.ts';
import { type FuzzReport, fuzz } from './run.ts';
import type { Found } from './watched.ts';

const projectFolder = join(import.meta.dirname, '..');
const findingsFolder = join(projectFolder, 'dist', 'fuzz');
const defaultSeconds = 60;

const usage = `usage: npm run fuzz -- AREA [--seconds N | --cases N] [--seed S] [--only TARGET,...] [--workers N] [--json]
       npm run fuzz -- AREA --replay FILE
areas: ${areaNames.join(', ')}`;

/** Writes the case as the corpus has them, in the folder of its target. Answers the path from the project's folder. */
function keep({ target, index, bytes }: Found, seed: string): string {
  const path = join(findingsFolder, target, `${seed.replaceAll(/[^\w.-]/g, '_')}-${index}.case`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return relative(projectFolder, path);
}

function tell(area: string, seed: string, found: Found): void {
  const path = keep(found, seed);
  console.error(`\nFOUND ${found.signature} (${found.bytes.length} bytes)\n${found.what}`);
  console.error(`again: npm run fuzz -- ${area} --replay ${path}`);
}

function describe(report: FuzzReport): string {
  const rows = report.targets.map(({ name, cases, outcomes, slowest }) => {
    const read = outcomes.read ?? 0;
    const refused = Object.entries(outcomes)
      .filter(([outcome]) => outcome !== 'read')
      .sort(([, one], [, other]) => other - one)
      .map(([outcome, times]) => `${outcome} ${times}`)
      .join(', ');
    const slow = `slowest ${slowest.milliseconds.toFixed(0)} ms (case ${slowest.index})`;
    return `${name.padEnd(14)}${String(cases).padStart(9)} cases  read ${read}, ${refused || 'none refused'}; ${slow}`;
  });
  const { cases, seconds, casesPerSecond, findings, found, seed } = report;
  return [
    ...rows,
    `${cases} cases in ${seconds.toFixed(1)} s, ${Math.round(casesPerSecond)} a second, seed ${seed}: ${found.length} findings${
      findings > found.length ? ` (${findings} cases)` : ''
    }`,
  ].join('\n');
}

/** Runs one case in this thread, so that a debugger sees it. The folder that it is in says its target. */
async function replay(area: string, path: string): Promise<void> {
  const name = basename(dirname(resolve(path)));
  const target = (await targetsOf(area)).find((one) => one.name === name);
  if (target === undefined) throw new Error(`${path} is in no folder with the name of a target`);
  const started = performance.now();
  const outcome = await target.run(Uint8Array.from(readFileSync(path)));
  console.log(`${name}: ${outcome} in ${(performance.now() - started).toFixed(1)} ms`);
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seconds: { type: 'string' },
      cases: { type: 'string' },
      seed: { type: 'string', default: '1' },
      only: { type: 'string' },
      workers: { type: 'string', default: '1' },
      replay: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const [area] = positionals;
  const numbers = [values.seconds, values.cases, values.workers].filter((word) => word !== undefined);
  if (area === undefined || !areaNames.includes(area) || numbers.some((word) => !(Number(word) > 0))) {
    console.error(usage);
    return 2;
  }
  if (values.replay !== undefined) {
    await replay(area, values.replay);
    return 0;
  }
  const { seed, json } = values;
  const report = await fuzz({
    area,
    seed,
    ...(values.only === undefined ? {} : { only: values.only.split(',') }),
    until:
      values.cases === undefined
        ? { seconds: Number(values.seconds ?? defaultSeconds) }
        : { cases: Number(values.cases) },
    workers: Number(values.workers),
    onFound: (found) => tell(area, seed, found),
    ...(process.stderr.isTTY
      ? { onProgress: (cases, seconds) => process.stderr.write(`\r${cases} cases, ${seconds.toFixed(0)} s `) }
      : {}),
  });
  if (json) {
    const found = report.found.map(({ bytes, ...rest }) => ({ ...rest, bytes: bytes.length }));
    console.log(JSON.stringify({ at: new Date().toISOString(), area, ...report, found }));
  } else console.log(describe(report));
  return report.findings === 0 ? 0 : 1;
}

process.exitCode = await main();
