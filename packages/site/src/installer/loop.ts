/** Which part of a program makes it one that could run for ever. */
import { isHoldfastError, type ProgramDefinition } from '@holdfast/contract';
import { type Foresight, loopProof, type Product } from '@holdfast/msi';
import type { LoopFound } from './questions.ts';
import { cut } from './text.ts';

/** Undefined where the package cannot be evaluated: then nothing is certain, and nothing is refused. */
async function proofOf(
  program: ProgramDefinition,
  product: Product,
  path: string,
): Promise<Foresight | undefined> {
  try {
    return await loopProof(program, product, path.slice(path.lastIndexOf('/') + 1));
  } catch (thrown) {
    if (isHoldfastError(thrown, 'msi.invalid', 'msi.limit')) return undefined;
    throw thrown;
  }
}

/**
 * The parts are judged one after the other, each with those before it: the first that has a reason of its own is named.
 * @param path of the package in the content
 */
export async function findLoop(
  program: ProgramDefinition,
  product: Product,
  path: string,
): Promise<LoopFound | null> {
  const { repair, uninstall, ...installing } = program;
  const parts = [
    ['install', installing],
    ...(repair === undefined ? [] : [['repair', { ...installing, repair }] as const]),
    ...(uninstall === undefined ? [] : [['uninstall', { ...installing, uninstall }] as const]),
  ] as const;
  for (const [field, part] of parts) {
    const proof = await proofOf(part, product, path);
    if (proof === undefined || !proof.changesNothing) continue;
    const detection = proof.reasons.every(({ code }) => code.startsWith('detection-'));
    return {
      field: detection ? 'detection' : field,
      reason: cut(proof.reasons.map(({ sentence }) => sentence).join(' ')),
    };
  }
  return null;
}

/** What is worth knowing of a program before it is confirmed; none of it stops the program for certain. */
export async function cautionsOf(
  program: ProgramDefinition,
  product: Product,
  path: string,
): Promise<readonly string[]> {
  const proof = await proofOf(program, product, path);
  return [...(proof?.reasons ?? []), ...(proof?.cautions ?? [])].map(({ sentence }) => cut(sentence));
}
