/** Scenario `kb829810`: a Windows 2000 client of SMS is upgraded to Windows XP, and its remote control drivers with it. */
import { HoldfastError } from '@holdfast/contract';
import type { Scenario } from '../scenario.ts';
import { tryWorkarounds } from './cures.ts';
import { engine, engineUngated } from './engine.ts';
import { holdfast, holdfastUngated } from './holdfast.ts';
import { live } from './life.ts';
import { clientPackages } from './packages.ts';
import type { Profile } from './profile.ts';
import { sms2003 } from './sms2003.ts';

const profiles: readonly Profile[] = [sms2003, holdfast, holdfastUngated, engine, engineUngated];

export const kb829810: Scenario = {
  name: 'kb829810',
  title:
    'Windows File Protection error 21 with Msvcp60.dll: the drivers are gone after an upgrade to Windows XP',
  profiles: profiles.map(({ name, summary }) => ({ name, summary })),
  async run(name, seed, { unshared = false, withoutCures = false } = {}) {
    const profile = profiles.find((one) => one.name === name);
    if (profile === undefined) {
      const known = profiles.map((one) => one.name).join(', ');
      throw new HoldfastError('not-found', `kb829810 has no profile ${name}; it has ${known}.`);
    }
    const { windows, world, ...life } = await live(profile, seed, { sharedPast: !unshared });
    if (!life.lost || withoutCures) return { ...life, cured: null };
    const { volume } = windows.machine;
    const cures = await tryWorkarounds({ volume, world, packages: await clientPackages() });
    return { ...life, cured: cures.every(({ cured }) => cured) };
  },
};
