/** `node docs/images/kb829810.ts`: draws the picture of KB829810 in the README, one machine under two profiles. */
import { writeFileSync } from 'node:fs';
import { HoldfastError } from '@holdfast/contract';
import { pictureSvg, scenarios } from '@holdfast/lab';

const [name, seed] = ['kb829810', 4];

/** Without its hashes: they change with the code, and the picture is to change with the story only. */
export async function picture(): Promise<string> {
  const scenario = scenarios.find((one) => one.name === name);
  if (scenario === undefined) throw new HoldfastError('not-found', `There is no scenario ${name}.`);
  const stories = [];
  for (const { name: profile, summary } of scenario.profiles.slice(0, 2)) {
    stories.push({ ...(await scenario.run(profile, seed, { withoutCures: true })), summary });
  }
  return pictureSvg(scenario.title, stories);
}

if (import.meta.main) writeFileSync(new URL('kb829810.svg', import.meta.url), await picture());
