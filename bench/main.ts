/** `npm run bench -- [checkin|status|client|msi|installer|lab|fleet ...] [--json]`: ratios beside a peer or a limit, taken in the same run. */
import { checkin } from './checkin.ts';
import { client } from './client.ts';
import type { Figure, Skipped } from './figure.ts';
import { fleet } from './fleet.ts';
import { installer } from './installer.ts';
import { lab } from './lab.ts';
import { msi } from './msi.ts';
import { status } from './status.ts';

const benches: Readonly<Record<string, () => Promise<readonly (Figure | Skipped)[]>>> = {
  checkin,
  status,
  client,
  msi,
  installer,
  lab,
  fleet,
};

const words = process.argv.slice(2);
const json = words.includes('--json');
const wanted = words.filter((word) => !word.startsWith('-'));
const unknown = wanted.filter((name) => benches[name] === undefined);

if (unknown.length > 0 || process.platform !== 'linux') {
  console.error(
    unknown.length > 0
      ? `no bench named ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}`
      : 'the benches pin processes and read /proc: they run on Linux',
  );
  process.exitCode = 2;
} else {
  const figures: (Figure | Skipped)[] = [];
  for (const [name, run] of Object.entries(benches)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    for (const figure of await run()) {
      figures.push(figure);
      if (!json) console.log(describe(figure));
    }
  }
  if (json) console.log(JSON.stringify({ at: new Date().toISOString(), figures }));
}

function describe(figure: Figure | Skipped): string {
  if ('skipped' in figure) return `skipped  ${figure.name}: ${figure.skipped}`;
  const { atLeast, atMost } = figure.target;
  const met =
    (atLeast === undefined || figure.value >= atLeast) && (atMost === undefined || figure.value <= atMost);
  const target = atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`;
  const sides = Object.entries(figure.sides)
    .map(([name, value]) => `${name} ${Math.abs(value) >= 100 ? Math.round(value) : value.toFixed(3)}`)
    .join(', ');
  return `${met ? 'met   ' : 'MISSED'}  ${figure.name}: ${figure.value.toFixed(3)} ${figure.unit} (asked: ${target})  [${sides}]`;
}
