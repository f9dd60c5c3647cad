/** `holdfast-client status`: what this client knows and does. */
import type { ClientSettings, ClientStatus } from '@holdfast/client';
import { HoldfastError, isHoldfastError } from '@holdfast/contract';
import { facts, table, when } from '../../terminal.ts';
import { readOrder } from '../enrolment-order.ts';
import { publishedStatus, settingsOf } from '../settings.ts';
import { type ClientVerbs, withClient } from './client-verb.ts';

export function statusVerb({ verb, run }: ClientVerbs): void {
  const command = verb('status', 'what this client knows and does', ['status', 'status --json']);
  run(command, async ({ session, folder }) => {
    const settings = await enrolledSettings(folder);
    const answer = (status: ClientStatus) =>
      session.answer({ ...status, site: settings.site }, () =>
        statusText(status, session.surroundings.columns),
      );
    try {
      await withClient(
        session,
        folder,
        settings,
        () => undefined,
        async ({ client }) => answer(client.status()),
      );
    } catch (thrown) {
      const published = isHoldfastError(thrown, 'client.running') ? await publishedStatus(folder) : undefined;
      if (!published) throw thrown;
      answer(published);
    }
  });
}

/** @throws HoldfastError `client.not-enrolled`, which says how its enrolment stands where one was ordered */
async function enrolledSettings(folder: string): Promise<ClientSettings> {
  try {
    return await settingsOf(folder);
  } catch (thrown) {
    const order = isHoldfastError(thrown, 'client.not-enrolled') ? await readOrder(folder) : undefined;
    if (!order) throw thrown;
    throw new HoldfastError(
      'client.not-enrolled',
      order.refused === undefined
        ? `The client in ${folder} is not enrolled yet; its service goes on trying ${order.settings.site}.`
        : `The enrolment of the client in ${folder} was refused: ${order.refused}`,
    );
  }
}

function statusText(status: ClientStatus, columns: number | undefined): string {
  const about = facts([
    ['client', status.clientId ?? 'not enrolled'],
    ['site', status.siteCode ?? '-'],
    ['version', status.version],
    [
      'certificate',
      status.certificateExpiresAt === null ? '-' : `until ${when(status.certificateExpiresAt)}`,
    ],
    ['policy', status.policySerial ?? '-'],
    ['unsent messages', status.outbox],
  ]);
  if (status.deployments.length === 0) return `${about}\n\nNothing is deployed to this machine.`;
  const deployments = table(
    status.deployments,
    [
      { title: 'DEPLOYMENT', value: (row) => row.deploymentId, whole: true },
      { title: 'PACKAGE', value: (row) => row.package },
      { title: 'STATE', value: (row) => row.state, whole: true },
      { title: 'LAST MESSAGE', value: (row) => row.text },
    ],
    columns,
  );
  return `${about}\n\n${deployments}`;
}
