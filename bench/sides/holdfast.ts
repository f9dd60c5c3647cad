/** `holdfast` in a process that stays: runs each line that it reads, a JSON list of words, and answers its milliseconds. */
import { createInterface } from 'node:readline';
import { runHoldfast } from '../../packages/cli/src/program.ts';

console.log('{}');
for await (const line of createInterface({ input: process.stdin })) {
  const words = JSON.parse(line) as string[];
  let errors = '';
  const surroundings = {
    environment: {},
    out: () => undefined,
    error: (text: string) => {
      errors += text;
    },
    columns: undefined,
    progress: false,
    stopped: new AbortController().signal,
  };
  const started = performance.now();
  const code = await runHoldfast(words, surroundings);
  console.log(JSON.stringify(code === 0 ? { milliseconds: performance.now() - started } : { errors }));
}
