/** Repairing clients from the site: says what would be done, asks, and leads to the deployment that was made. */
import type { ClientRepair, ClientRepairCreate } from '@holdfast/contract/web';
import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCircleCheck, IconTool } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { change } from '../../api/http.ts';
import { repairPreviewQuery } from '../../api/life-queries.ts';
import { Copyable } from '../../parts/copy.tsx';
import { counted } from '../../parts/counted.ts';
import { LinkAnchor } from '../../parts/links.tsx';
import { Lines } from '../../parts/page.tsx';
import { platformName } from '../../parts/platform.tsx';
import { ProblemNotice } from '../../parts/problems.tsx';

type Part = ClientRepair['deployments'][number];

const machinesOf = ({ clients, platform }: Part): string =>
  `${counted(clients, 'machine', 'machines')} with ${platformName(platform)}`;

function LeftOut({ count }: { count: number }) {
  if (count === 0) return null;
  return (
    <Text size="sm" c="dimmed">
      {counted(count, 'machine is', 'machines are')} left out: revoked, or of a platform without a client.
    </Text>
  );
}

/** What would be done, as the site answered. */
function Preview({ preview }: { preview: ClientRepair }) {
  return (
    <>
      {preview.deployments.map((part) => (
        <Copyable key={part.platform} label={`On ${machinesOf(part)}`} text={part.command} />
      ))}
      <LeftOut count={preview.leftOut} />
    </>
  );
}

function Explanation() {
  return (
    <Text size="sm">
      The bootstrap runs over the client that is there: files, services, registry values and components that
      are lost or damaged come back as they were signed. The client keeps its identity and its history. It
      goes on while the client is replaced, and the result is looked at afterwards.
    </Text>
  );
}

function Made({ repair }: { repair: ClientRepair }) {
  return (
    <Alert color="teal" icon={<IconCircleCheck />} title="The repair is deployed" role="status">
      <Stack gap={4}>
        {repair.deployments.map((part) =>
          part.deploymentId === null ? null : (
            <LinkAnchor
              key={part.platform}
              to="/deployments/$deploymentId"
              params={{ deploymentId: part.deploymentId }}
              size="sm"
            >
              Open the deployment for {machinesOf(part)}
            </LinkAnchor>
          ),
        )}
        <LeftOut count={repair.leftOut} />
        <Text size="sm">It begins when the machines next ask for their policy.</Text>
      </Stack>
    </Alert>
  );
}

function Question({ target, close }: { target: ClientRepairCreate; close: () => void }) {
  const queries = useQueryClient();
  const preview = useQuery(repairPreviewQuery(target));
  const repairing = useMutation({
    mutationFn: () => change<ClientRepair>('POST', '/client-repairs', target),
    onSuccess: () => queries.invalidateQueries(),
  });
  if (repairing.data !== undefined) {
    return (
      <Stack>
        <Made repair={repairing.data} />
        <Group justify="flex-end">
          <Button onClick={close}>Close</Button>
        </Group>
      </Stack>
    );
  }
  return (
    <Stack>
      <Explanation />
      {preview.isPending && <Lines count={2} />}
      {preview.isError && <ProblemNotice thrown={preview.error} retry={preview.refetch} />}
      {preview.data !== undefined && <Preview preview={preview.data} />}
      {repairing.isError && <ProblemNotice thrown={repairing.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={close} data-autofocus>
          Cancel
        </Button>
        <Button
          loading={repairing.isPending}
          disabled={preview.data === undefined}
          onClick={() => repairing.mutate()}
        >
          Repair
        </Button>
      </Group>
    </Stack>
  );
}

/** The button and its dialog, for one client or for the members that a collection has now. */
export function RepairClients({ target, name }: { target: ClientRepairCreate; name: string }) {
  const [opened, { open, close }] = useDisclosure(false);
  const one = target.clientId !== undefined;
  return (
    <>
      <Button variant="default" size={one ? 'xs' : 'sm'} leftSection={<IconTool size={15} />} onClick={open}>
        {one ? 'Repair' : 'Repair clients'}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        size="lg"
        title={
          <Text fw={600} className="hostile">
            {one ? `Repair the client of ${name}` : `Repair the clients in ${name}`}
          </Text>
        }
      >
        <Question target={target} close={close} />
      </Modal>
    </>
  );
}
