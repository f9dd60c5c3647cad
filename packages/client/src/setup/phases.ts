/** The phases of a set-up and of its opposite, in their order. */
import type { SetupPhase } from '@holdfast/contract';
import { setupPhases } from '@holdfast/contract';
import { enrolMachine } from './enrol.ts';
import { installPackage } from './install.ts';
import { locate } from './locate.ts';
import { obtainPackage, verifyPackage } from './obtain.ts';
import { inherit } from './predecessors/inherit.ts';
import { retire } from './predecessors/retire.ts';
import { prerequisites } from './prerequisites.ts';
import type { SetupIntent } from './progress.ts';
import { chooseRelease } from './release.ts';
import { removeEverything, stopEverything } from './removal.ts';
import type { Phase } from './set-up.ts';
import { settleComponents } from './settle.ts';

const ofInstall: Readonly<Record<(typeof setupPhases)[number], Phase>> = {
  locate,
  manifest: chooseRelease,
  prerequisites,
  download: obtainPackage,
  verify: verifyPackage,
  install: installPackage,
  enrol: enrolMachine,
  components: settleComponents,
};

export type NamedPhase = { readonly name: SetupPhase; readonly carryOut: Phase };

const installing = setupPhases.map((name): NamedPhase => ({ name, carryOut: ofInstall[name] }));

/** The older client works until today's is installed, and is there until today's is verified. */
const succeeding = installing.flatMap((phase): NamedPhase[] => {
  if (phase.name === 'enrol') return [{ name: 'inherit', carryOut: inherit }, phase];
  return phase.name === 'components' ? [phase, { name: 'retire', carryOut: retire }] : [phase];
});

/** Taken down in the opposite order: first what would start the client again. */
const uninstalling: readonly NamedPhase[] = [
  { name: 'components', carryOut: stopEverything },
  { name: 'install', carryOut: removeEverything },
];

/** @param succeeds whether an older client is to be followed */
export function phasesOf(intent: SetupIntent, succeeds: boolean): readonly NamedPhase[] {
  if (intent === 'uninstall') return uninstalling;
  return succeeds ? succeeding : installing;
}
