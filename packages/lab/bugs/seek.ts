/** Explores seeds until one breaks a promise: run in a workspace with a planted bug. `node seek.ts FROM COUNT` */
import { exploreSeed } from '@holdfast/lab';

const [from = 1, count = 1] = process.argv.slice(2).map(Number);
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

for (let seed = from; seed < from + count; seed++) {
  say({ seed });
  const { finding } = await exploreSeed(seed);
  if (!finding) continue;
  say({ seed, promise: finding.promise, text: finding.text });
  break;
}
