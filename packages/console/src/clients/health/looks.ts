/** Health in words: states of clients and of findings, checks, components, and why an evaluation took place. */
import type {
  ComponentName,
  HealthCheck,
  HealthFinding,
  HealthReport,
  HealthState,
} from '@holdfast/contract/web';
import type { Look } from '../../parts/states.tsx';

export const healthLooks: Readonly<Record<HealthState, Look>> = {
  well: { label: 'Well', color: 'teal.6', meaning: 'Its last evaluation found nothing wrong' },
  remedied: { label: 'Remedied', color: 'blue.5', meaning: 'Something was wrong, and the client mended it' },
  failed: { label: 'Unhealthy', color: 'red.6', meaning: 'Something is wrong that it could not mend' },
  silent: { label: 'Silent', color: 'orange.6', meaning: 'No evaluation came for days' },
  unknown: { label: 'Not yet known', color: 'gray.5', meaning: 'No evaluation came yet' },
};

export const healthStates = Object.keys(healthLooks) as HealthState[];

/** The state that a text of an address names, if it names one. */
export const healthStateOf = (value: unknown): HealthState | undefined =>
  healthStates.find((state) => state === value);

export const findingLooks: Readonly<Record<HealthFinding['state'], Look>> = {
  failed: { label: 'Failed', color: 'red.6', meaning: 'Wrong, and not mended' },
  remedied: { label: 'Remedied', color: 'blue.5', meaning: 'It was wrong, was mended and looked at again' },
  ok: { label: 'Well', color: 'teal.6', meaning: 'As it should be' },
  'not-applicable': { label: 'Not applicable', color: 'gray.5', meaning: 'This machine has no such thing' },
};

/** Trouble first. */
export const findingOrder = Object.keys(findingLooks) as HealthFinding['state'][];

export const checkWords: Readonly<Record<HealthCheck, string>> = {
  component: 'Component',
  service: 'Service',
  'second-starter': 'Second starter',
  journal: 'Journal',
  certificate: 'Certificate',
  clock: 'Clock',
  disk: 'Disk',
  runtime: 'Runtime',
  'policy-age': 'Age of the policy',
  'kept-package': 'Kept package',
  installer: 'Package installer',
  wmi: 'WMI',
  systemd: 'systemd',
};

export const componentWords: Readonly<Record<ComponentName, string>> = {
  launcher: 'Launcher and runtime',
  core: 'Core',
  software: 'Software distribution',
  inventory: 'Inventory',
  screen: 'Screen driver',
};

/** What a finding is about. */
export const subjectOf = ({ check, component }: HealthFinding): string =>
  component === undefined ? checkWords[check] : componentWords[component];

export const occasionWords: Readonly<Record<HealthReport['occasion'], string>> = {
  daily: 'the daily one',
  start: 'at the start of the client',
  request: 'asked for',
  setup: 'at the end of its set-up',
  rescue: 'after the second starter found the client gone',
};
