/** What a deployment is called in lists: its package as a link, and below it what is to be done with which program. */
import type { Intent } from '@holdfast/contract/web';
import { Text } from '@mantine/core';
import { LinkAnchor } from './links.tsx';

export type NamedDeployment = {
  readonly packageName: string;
  readonly packageVersion: string;
  readonly programName: string;
  readonly intent: Intent;
};

export function DeploymentName({ id, named }: { id: string; named: NamedDeployment }) {
  return (
    <>
      <LinkAnchor
        to="/deployments/$deploymentId"
        params={{ deploymentId: id }}
        className="row-link hostile"
        fw={550}
        size="sm"
        underline="never"
      >
        {named.packageName} {named.packageVersion}
      </LinkAnchor>
      <Text size="xs" c="dimmed" className="hostile">
        {named.intent === 'uninstall' ? 'Uninstall' : 'Install'}: {named.programName}
      </Text>
    </>
  );
}
