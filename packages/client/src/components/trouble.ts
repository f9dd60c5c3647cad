/** The first thing that is wrong with components, for those who only ask whether all is well. */
import type { ComponentFinding, Installation } from './model.ts';
import { verifyComponents } from './verify.ts';

type DamageKind = ComponentFinding['damages'][number]['kind'];

/** The first damage as a clause; undefined where there is none of these kinds. */
export function firstTrouble(
  findings: readonly ComponentFinding[],
  kinds: readonly DamageKind[] = ['manifest', 'file', 'variant', 'registry', 'service'],
): string | undefined {
  for (const { component, damages } of findings) {
    const found = damages.find(({ kind }) => kinds.includes(kind));
    if (found) return `${component}: ${found.what}: ${found.reason}`;
  }
  return undefined;
}

/** What is wrong with what a package brings: services and registry come with its installer, or later. */
export async function filesTrouble(installation: Installation): Promise<string | undefined> {
  return firstTrouble(await verifyComponents(installation), ['manifest', 'file', 'variant']);
}
