/** The phases and states of a set-up in words, with their colours. */
import { type SetupState, type SetupSummary, setupPhases } from '@holdfast/contract/web';
import type { Look } from '../../parts/states.tsx';

export const phaseWords: Readonly<Record<SetupSummary['phase'], string>> = {
  locate: 'Find the site',
  manifest: 'Read the release',
  prerequisites: 'Check the machine',
  download: 'Download',
  verify: 'Verify the package',
  install: 'Install',
  enrol: 'Enrol',
  components: 'Check the components',
  inherit: 'Take over from the older client',
  retire: 'Remove the older client',
};

export const setupLooks: Readonly<Record<SetupState, Look>> = {
  running: { label: 'Running', color: 'blue.5', meaning: 'Goes on by itself' },
  waiting: {
    label: 'Waiting',
    color: 'yellow.6',
    meaning: 'Tries again later, or goes on after a restart',
  },
  silent: { label: 'Silent', color: 'orange.6', meaning: 'Was running; no word came for an hour' },
  failed: { label: 'Failed', color: 'red.6', meaning: 'Was given up' },
  succeeded: { label: 'Succeeded', color: 'teal.6', meaning: 'Every phase has ended' },
};

export const setupStates = Object.keys(setupLooks) as SetupState[];

export const momentWords: Readonly<Record<SetupSummary['moment'], string>> = {
  begins: 'begins',
  ended: 'ended',
  waits: 'waits',
  failed: 'failed',
};

export const intentWords: Readonly<Record<SetupSummary['intent'], string>> = {
  install: 'Install',
  repair: 'Repair',
  uninstall: 'Uninstall',
};

/** How many of the phases are behind it. */
export function phasesDone({
  state,
  phase,
  moment,
}: Pick<SetupSummary, 'state' | 'phase' | 'moment'>): number {
  if (state === 'succeeded') return setupPhases.length;
  // They stand beside the phases that every set-up has: before the enrolment, and behind all.
  if (phase === 'inherit') return setupPhases.indexOf('enrol');
  if (phase === 'retire') return setupPhases.length;
  return setupPhases.indexOf(phase) + (moment === 'ended' ? 1 : 0);
}

/** The state that a text of an address names, if it names one. */
export const setupStateOf = (value: unknown): SetupState | undefined =>
  setupStates.find((state) => state === value);
