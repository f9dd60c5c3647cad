/** What an evaluation comes to, as a status message; said when it is another one than before. */
import type { ComponentName, HealthFinding, HealthReport } from '@holdfast/contract';
import type { Status } from '../status/reporter.ts';

export type Outcome = {
  /** Equal for what need not be said twice. */
  readonly key: string;
  readonly status: Status;
};

export function outcomeOf({ findings }: Pick<HealthReport, 'findings'>): Outcome {
  const failed = findings.filter(({ state }) => state === 'failed');
  const remedied = findings.filter(({ state }) => state === 'remedied');
  if (failed.length > 0) {
    const text = failed.map((one) => `${nameOf(one)}: ${one.reason}`).join('; ');
    return {
      key: `unhealthy ${failed.map((one) => `${nameOf(one)} ${one.error ?? ''}`).join(', ')}`,
      status: { name: 'client-unhealthy', details: { findings: text } },
    };
  }
  if (remedied.length > 0) {
    const text = remedied.map((one) => `${nameOf(one)}: ${one.remedy ?? one.reason}`).join('; ');
    return {
      key: `remedied ${remedied.map(nameOf).join(', ')}`,
      status: { name: 'client-remedied', details: { remedies: text } },
    };
  }
  const checks = findings.filter(({ state }) => state === 'ok').length;
  return { key: 'healthy', status: { name: 'client-healthy', details: { checks } } };
}

/** Whether a component was damaged, and is whole now. */
export function hasMended({ findings }: Pick<HealthReport, 'findings'>, component: ComponentName): boolean {
  return findings.some((one) => one.component === component && one.state === 'remedied');
}

/** `component core`, `disk` */
export function nameOf({ check, component }: Pick<HealthFinding, 'check' | 'component'>): string {
  return component === undefined ? check : `${check} ${component}`;
}
