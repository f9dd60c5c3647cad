/** What lets an installed client become another version of itself: its runtime, a self-test apart, a restart. */
import { join } from 'node:path';
import type { VersionHost } from '@holdfast/client/versions';
import { HoldfastError } from '@holdfast/contract';
import type { Machine } from '@holdfast/machine';
import type { Starters } from '@holdfast/ports';
import * as Type from 'typebox';
import { Compile } from 'typebox/compile';

/** Milliseconds that a self-test may take: it reads every file of a version and starts programs. */
const limitMs = 3 * 60_000;

const Answer = Compile(Type.Object({ passed: Type.Boolean(), text: Type.String({ maxLength: 4_000 }) }));

/** Undefined where nothing can start the client anew, or it was not started by a launcher that knows of versions. */
export function versionHost(
  machine: Pick<Machine, 'processes' | 'clock'> & { readonly starters?: Pick<Starters, 'restart'> },
  stateFolder: string,
): VersionHost | undefined {
  const { starters } = machine;
  const launcher = globalThis.holdfastLauncher?.interface;
  if (!starters || launcher === undefined) return undefined;
  return {
    runtime: { launcher, node: Number.parseInt(process.versions.node, 10) },
    restart: () => starters.restart(),
    async selfTest(folder) {
      const main = join(folder, 'core', 'holdfast-client.mjs');
      const words = [...process.execArgv, main, 'self-test', '--json', '--folder', stateFolder];
      return await apart(machine, { program: process.execPath, arguments: words, folder });
    },
  };
}

async function apart(
  { processes, clock }: Pick<Machine, 'processes' | 'clock'>,
  command: Parameters<Machine['processes']['start']>[0],
): Promise<{ passed: boolean; text: string }> {
  const running = await processes.start(command);
  const over = new AbortController();
  let late = false;
  const limit = clock.sleep(limitMs, over.signal).then(
    () => {
      late = true;
      return running.kill();
    },
    () => undefined,
  );
  const { code, output } = await running.exit;
  over.abort();
  await limit;
  if (late) return { passed: false, text: `it did not end within ${limitMs / 60_000} minutes` };
  const answer = answerIn(output);
  if (answer) return answer;
  // Somebody else ended it, a system without memory for one: that says nothing about the version.
  if (code === null) throw new HoldfastError('system.failed', 'The self-test was ended before it answered.');
  return { passed: false, text: `it ended with exit code ${code}: ${output.slice(-500)}` };
}

/** The last document in the output, which libraries of the system may have written into. */
function answerIn(output: string): { passed: boolean; text: string } | undefined {
  const [document] = [...output.matchAll(/^\{$[\s\S]*?^\}$/gm)].at(-1) ?? [];
  if (document === undefined) return undefined;
  try {
    const answer: unknown = JSON.parse(document);
    return Answer.Check(answer) ? { passed: answer.passed, text: answer.text } : undefined;
  } catch {
    return undefined;
  }
}
