/** The thread that runs cases: batches in, counts and findings out; which case it is at stands in shared memory. */
import { parentPort, workerData } from 'node:worker_threads';
import { targetsOf } from './areas.ts';
import { casesOf, keptCases } from './cases.ts';
import { meterCase, startMeter } from './meter.ts';
import { BrokenPromise, type Outcome, type Target } from './target.ts';
import { type Batch, type BatchResult, type Found, type WorkerData, watched } from './watched.ts';

const triesToShrink = 300;
const millisecondsToShrink = 1000;

/** What a case threw; undefined where it kept every promise. */
async function failureOf(
  target: Target,
  bytes: Uint8Array,
): Promise<{ signature: string; what: string } | Outcome> {
  meterCase(bytes.length);
  try {
    return await target.run(bytes);
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    const place = (error.stack ?? '').split('\n').find((line) => /packages\/[a-z]+\/src\//.test(line)) ?? '';
    const code = 'code' in error ? ` ${String(error.code)}` : '';
    const said = error instanceof BrokenPromise ? error.message.replaceAll(/\d+/g, 'n') : '';
    return {
      signature: `${target.name} ${error.name}${code} ${said} ${place.replace(/^.*packages/, 'packages').trim()}`,
      what: error.stack ?? error.message,
    };
  }
}

/** Cuts pieces out, and blanks them, as long as the same fault shows. */
async function shrink(target: Target, bytes: Uint8Array, signature: string): Promise<Uint8Array> {
  const ends = performance.now() + millisecondsToShrink;
  let best = bytes;
  let tries = 0;
  const holds = async (smaller: Uint8Array): Promise<boolean> => {
    tries += 1;
    const failure = await failureOf(target, Uint8Array.from(smaller));
    return typeof failure !== 'string' && failure.signature === signature;
  };
  for (let length = best.length >>> 1; length >= 1; length >>>= 1) {
    for (let at = 0; at < best.length; at += length) {
      if (tries >= triesToShrink || performance.now() > ends) return best;
      const without = Uint8Array.from([...best.subarray(0, at), ...best.subarray(at + length)]);
      if (await holds(without)) {
        best = without;
        at -= length;
        continue;
      }
      const blank = Uint8Array.from(best).fill(0, at, at + length);
      if (best.subarray(at, at + length).some((byte) => byte !== 0) && (await holds(blank))) best = blank;
    }
  }
  return best;
}

const { area, seed, shared } = workerData as WorkerData;
const kept = keptCases();
const known = new Map(
  (await targetsOf(area)).map((target) => [target.name, { target, caseOf: casesOf(target, seed, kept) }]),
);
const signatures = new Set<string>();
startMeter();

async function runBatch({ target: name, from, count, input }: Batch): Promise<BatchResult> {
  const entry = known.get(name);
  if (entry === undefined) throw new Error(`no target is named ${name}`);
  const { target, caseOf } = entry;
  const outcomes = new Map<Outcome, number>();
  const found: Found[] = [];
  let findings = 0;
  let slowest = { index: from, milliseconds: 0 };
  for (let index = from; index < from + count; index += 1) {
    Atomics.store(shared, watched.index, index);
    Atomics.add(shared, watched.begun, 1);
    const bytes = input ?? caseOf(index);
    const started = performance.now();
    const failure = await failureOf(target, bytes);
    const milliseconds = performance.now() - started;
    if (milliseconds > slowest.milliseconds) slowest = { index, milliseconds };
    if (typeof failure === 'string') {
      outcomes.set(failure, (outcomes.get(failure) ?? 0) + 1);
      continue;
    }
    findings += 1;
    if (signatures.has(failure.signature)) continue;
    signatures.add(failure.signature);
    found.push({ target: name, index, ...failure, bytes: await shrink(target, bytes, failure.signature) });
  }
  return { outcomes, slowest, found, findings };
}

// One batch at a time: the next is sent when this one is answered.
parentPort?.on('message', (batch: Batch) => {
  void runBatch(batch).then((result) => parentPort?.postMessage(result));
});
parentPort?.postMessage('ready');
