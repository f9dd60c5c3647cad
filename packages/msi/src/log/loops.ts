/** What would be tried for ever: commands that end well and change nothing, and failures that repeat themselves. */
import type { Draft } from './draft.ts';
import type { Outcome } from './exit-codes.ts';
import type { Evidence, LoggedInstallation, Loop } from './model.ts';
import { reinstalling } from './request.ts';

function there(...evidence: readonly (Evidence | undefined)[]): readonly Evidence[] {
  return evidence.filter((one) => one !== undefined);
}

export function loopsOf(draft: Draft, outcome: Outcome): readonly Loop[] {
  const { asked, mode, installed } = reinstalling(draft);
  const loops: Loop[] = [];
  if (!asked) return loops;
  const evidence = there(draft.notRegistered, draft.reinstall);
  if (installed === false) {
    loops.push({
      code: 'reinstall-not-installed',
      sentence:
        'REINSTALL was asked for while the product is not installed: nothing is installed by that, and whoever looks for the product tries it for ever.',
      evidence,
    });
    if (mode.toLowerCase().includes('v')) {
      loops.push({
        code: 'recache-on-first-install',
        sentence: 'REINSTALLMODE has the letter v, which is only for products that are installed.',
        evidence,
      });
    }
  }
  const { installed: placed, replaced, kept } = draft.files;
  if (installed !== false && outcome === 'succeeded' && kept > 0 && placed + replaced === 0) {
    loops.push({
      code: 'nothing-replaced',
      sentence: `The repair kept all ${kept} files that it looked at: what it was meant to mend is still as it was.`,
      evidence,
    });
  }
  return loops;
}

function keyOf({ product, request, cause }: LoggedInstallation): string | undefined {
  const about = product.code ?? product.name ?? product.package;
  if (cause === undefined || about === undefined) return undefined;
  return JSON.stringify([about, request.action, cause.code, cause.action, cause.error?.code]);
}

/** Adds to the last of several equal failures that they were. */
export function againLoops(installations: readonly LoggedInstallation[]): readonly LoggedInstallation[] {
  const counts = new Map<string, number>();
  for (const one of installations) {
    const key = keyOf(one);
    if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const lasts = new Map(installations.map((one, index) => [keyOf(one), index]));
  return installations.map((one, index) => {
    const key = keyOf(one);
    const count = key === undefined ? 0 : (counts.get(key) ?? 0);
    if (count < 2 || lasts.get(key) !== index) return one;
    const sentence = `The same failure is in this log ${count} times: trying again does not mend it.`;
    return {
      ...one,
      loops: [...one.loops, { code: 'again', sentence, evidence: one.cause?.evidence ?? [] }],
    };
  });
}
