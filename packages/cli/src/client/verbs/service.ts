/** `holdfast-client service`: what the service manager starts; it works, or waits for its enrolment, until it is stopped. */
import { serve } from '../serve.ts';
import type { ClientVerbs } from './client-verb.ts';

export function serviceVerb({ verb, run }: ClientVerbs): void {
  const command = verb(
    'service',
    'work as a service: what systemd and the service manager of Windows start',
    ['service'],
  );
  run(command, ({ session, folder }) => {
    const service = globalThis.holdfastLauncher?.service;
    const { surroundings } = session;
    const signals = service ? [surroundings.stopped, service.stopped] : [surroundings.stopped];
    const served = { ...session, surroundings: { ...surroundings, stopped: AbortSignal.any(signals) } };
    return serve(served, folder, service?.supervisor);
  });
}
