/** Every kind of operation, by its name. */
import type { Bench, Numbered, Operating } from '../bench.ts';
import type { Step, StepKind, StepOf } from '../steps.ts';
import { askProtection } from './ask-protection.ts';
import { changeRegistry } from './change-registry.ts';
import { createFolder } from './create-folder.ts';
import { placeFile } from './place-file.ts';
import { removeFile } from './remove-file.ts';
import { removeFolder } from './remove-folder.ts';
import { runProgram } from './run-program.ts';
import { putService, removeService, startService, stopService } from './services.ts';

const kinds: { readonly [Kind in StepKind]: Operating<StepOf<Kind>> } = {
  'create-folder': createFolder,
  'remove-folder': removeFolder,
  'place-file': placeFile,
  'remove-file': removeFile,
  'change-registry': changeRegistry,
  'put-service': putService,
  'remove-service': removeService,
  'start-service': startService,
  'stop-service': stopService,
  'ask-protection': askProtection,
  'run-program': runProgram,
};

/** The kind of a step and the step belong together: the table says so, the compiler cannot follow it. */
function operatingOf(step: Step): Operating<Step> {
  return kinds[step.kind] as Operating<Step>;
}

export function apply(step: Numbered<Step>, bench: Bench): Promise<void> {
  return operatingOf(step).apply(step, bench);
}

export async function look(step: Numbered<Step>, bench: Bench): Promise<void> {
  await operatingOf(step).look?.(step, bench);
}

export function undo(step: Numbered<Step>, bench: Bench): Promise<void> {
  return operatingOf(step).undo(step, bench);
}

export async function finish(step: Numbered<Step>, bench: Bench): Promise<void> {
  await operatingOf(step).finish?.(step, bench);
}
