/** `holdfast-client install`: a person asks for what is offered, or for another try of what is held. */
import { argument } from '../../verbs/verb.ts';
import { holder } from '../lock.ts';
import { leaveRequest, settingsOf } from '../settings.ts';
import { type ClientVerbs, eventLine, machineFor, withClient } from './client-verb.ts';

export function installVerb({ verb, run }: ClientVerbs): void {
  const command = verb('install <deployment>', 'install what is offered, or try again what is held', [
    'install 0191d6c4-7a2e-4c55-8a57-1f0b8c1f3c11',
  ]);
  run(command, async ({ session, folder, values }) => {
    const deploymentId = argument(values, 0);
    const settings = await settingsOf(folder);
    const machine = machineFor(session.surroundings, settings);
    const running = await holder(folder, machine).finally(() => machine.close());
    if (running) {
      await leaveRequest(folder, deploymentId);
    } else {
      await withClient(
        session,
        folder,
        settings,
        (event) => session.note(eventLine(event, false).trimEnd()),
        async ({ client }) => {
          await client.requestInstall(deploymentId);
          await client.cycle(session.surroundings.stopped);
        },
      );
    }
    session.answer({ deploymentId, requested: true }, () => `requested  ${deploymentId}`);
  });
}
