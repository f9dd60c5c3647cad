/**
 * The self-test of a screen driver in a process of its own: a driver calls native code, and what that does to its process
 * (ending it, or keeping five megabytes for good) is not to happen to the client.
 */
import type { Clock, Command, Processes } from '@holdfast/ports';
import * as Type from 'typebox';
import { Compile } from 'typebox/compile';
import type { SelfTestResult } from './driver.ts';

export type ApartPorts = {
  readonly processes: Pick<Processes, 'start'>;
  readonly clock: Pick<Clock, 'sleep'>;
};

/** Milliseconds: the test itself takes at most 15 s, and its process has to start on a slow machine. */
const standardLimitMs = 60_000;

const answerSchema = Compile(
  Type.Object({
    outcome: Type.Union([Type.Literal('captured'), Type.Literal('no-screen'), Type.Literal('failed')]),
    passed: Type.Boolean(),
    text: Type.String({ maxLength: 2000 }),
    display: Type.Optional(
      Type.Object({ name: Type.String(), width: Type.Integer(), height: Type.Integer() }),
    ),
  }),
);

/**
 * Never rejects. @param command runs `holdfast-client screen test --json` for the driver that is meant
 * @param limitMs milliseconds after which the process is ended
 */
export async function screenSelfTestApart(
  { processes, clock }: ApartPorts,
  command: Command,
  limitMs = standardLimitMs,
): Promise<SelfTestResult> {
  const stop = new AbortController();
  try {
    const running = await processes.start(command);
    const late = clock.sleep(limitMs, stop.signal).then(
      () => running.kill(),
      () => undefined, // it has ended by itself
    );
    const { code, output } = await running.exit;
    stop.abort();
    await late;
    return answerIn(output) ?? failure(`The test of the screen driver ended with exit code ${code}.`);
  } catch (thrown) {
    return failure(thrown instanceof Error ? thrown.message : String(thrown));
  } finally {
    stop.abort();
  }
}

const failure = (text: string): SelfTestResult => ({ outcome: 'failed', passed: false, text });

/** The last document in the output, which libraries of the system may have written into, too. */
function answerIn(output: string): SelfTestResult | undefined {
  const [document] = [...output.matchAll(/^\{$[\s\S]*?^\}$/gm)].at(-1) ?? [];
  if (document === undefined) return undefined;
  let answer: unknown;
  try {
    answer = JSON.parse(document);
  } catch {
    return undefined; // cut off, or written into
  }
  if (!answerSchema.Check(answer)) return undefined;
  const { outcome, text, display } = answer;
  return { outcome, passed: outcome !== 'failed', text, ...(display ? { display } : {}) };
}
