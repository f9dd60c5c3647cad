/** The client is killed at every single port call, and the machine goes down several times in a row. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientKilled, cutsInARow, describeFailure, everyCut, type Failure } from '../src/crash.ts';
import { deploymentFlow, twoAtOnce } from '../src/flows/deployment.ts';
import { newTrace } from '../src/trace.ts';

const seed = 1;
/** With one more power cut at the end: what was told to the site must be durable. */
const flow = deploymentFlow({ lastCut: true });

/** Two programs at once are a test of their own. */
function noneOf(all: readonly Failure[]): void {
  const failures = all.filter(({ problems }) => problems.some((problem) => problem !== twoAtOnce));
  const shown = failures.slice(0, 10).map(describeFailure);
  assert.equal(failures.length, 0, `${failures.length} cuts do not converge:\n${shown.join('\n')}`);
}

test('a whole deployment survives a kill of the client at every single port call', async () => {
  const { failures } = await everyCut(flow, seed, (await flow(seed)).calls, clientKilled);
  noneOf(failures);
});

test('a client that was killed before it could write down its program never starts a second one beside it', {
  todo: 'the processes port cannot find a program that was started and not written down',
}, async () => {
  const start = await callOfProgramStart();
  const problems: string[] = [];
  for (let call = start; call < start + 10; call++) {
    problems.push(...(await flow(seed, [{ ...clientKilled, call }])).problems);
  }
  assert.deepEqual(problems, []);
});

/** Number of the call that starts the installer. */
async function callOfProgramStart(): Promise<number> {
  const trace = newTrace(10_000);
  await flow(seed, [], trace);
  const line = trace.lines().find((told) => told.includes('"processes.start"'));
  assert.ok(line !== undefined, 'no program was started');
  return Number.parseInt(line, 10);
}

test('a whole deployment survives several downfalls one after the other', async () => {
  const { failures } = await cutsInARow(flow, 100, (await flow(seed)).calls);
  noneOf(failures);
});
