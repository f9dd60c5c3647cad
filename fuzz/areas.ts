/** What can be fuzzed, by the word that the command line takes. */
import type { Target } from './target.ts';

const areas: Readonly<Record<string, () => Promise<readonly Target[]>>> = {
  msi: async () => (await import('./msi/targets.ts')).targets,
  canaries: async () => (await import('./canaries.ts')).canaries,
};

export const areaNames: readonly string[] = Object.keys(areas);

export async function targetsOf(area: string): Promise<readonly Target[]> {
  const load = areas[area];
  if (load === undefined) throw new Error(`nothing is fuzzed under the name ${area}`);
  return load();
}
