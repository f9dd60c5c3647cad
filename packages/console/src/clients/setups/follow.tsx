/** The set-ups that use a token, live: from the first word of a machine until it is a client. */
import type { SetupSummary, TokenCreated } from '@holdfast/contract/web';
import { Group, Loader, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { setupsQuery, tokenUsesQuery } from '../../api/life-queries.ts';
import { counted } from '../../parts/counted.ts';
import { LinkAnchor } from '../../parts/links.tsx';
import { ProblemNotice } from '../../parts/problems.tsx';
import { Ago } from '../../parts/times.tsx';
import { PhaseSteps, SetupBadge, SetupMachine, SetupReason } from './standing.tsx';

function Followed({ setup }: { setup: SetupSummary }) {
  const { clientId, state } = setup;
  return (
    <li className="followed">
      <Group justify="space-between" gap="xs">
        <SetupMachine setup={setup}>
          <Text size="sm" fw={550} className="hostile">
            {setup.hostName}
          </Text>
        </SetupMachine>
        <Group gap="sm">
          <Ago at={setup.lastHeardAt} />
          <SetupBadge state={state} />
        </Group>
      </Group>
      <PhaseSteps setup={setup} />
      <SetupReason {...setup} />
      {clientId !== null && state === 'succeeded' && (
        <LinkAnchor to="/clients/$clientId" params={{ clientId }} size="sm">
          Open the client
        </LinkAnchor>
      )}
    </li>
  );
}

/** Who used the token without a word of a set-up: packages that were installed and enrolled by hand. */
function Uses({ created, told }: { created: TokenCreated; told: number }) {
  const { data: uses } = useQuery(tokenUsesQuery(created));
  if (uses === undefined || uses === null || uses <= told) return null;
  return (
    <Text size="sm">
      {counted(uses, 'machine has', 'machines have')} enrolled with this token:{' '}
      <LinkAnchor to="/clients" size="sm">
        see the clients
      </LinkAnchor>
      .
    </Text>
  );
}

export function FollowSetups({ created }: { created: TokenCreated }) {
  const { data, isError, error, refetch } = useQuery(setupsQuery({ tokenId: created.id }));
  if (data === undefined && isError) return <ProblemNotice thrown={error} retry={refetch} />;
  const setups = data?.items ?? [];
  const enrolled = setups.filter(({ clientId }) => clientId !== null).length;
  return (
    <Stack gap="xs" component="section" aria-label="Set-ups with this token">
      <Text fw={600} size="sm">
        Set-ups with this token
      </Text>
      <div aria-live="polite">
        {setups.length === 0 ? (
          <Group gap="xs" wrap="nowrap">
            <Loader size={14} aria-hidden />
            <Text size="sm" c="dimmed">
              Waiting for the first word of a machine. You may close this: everything stays under Set-ups.
            </Text>
          </Group>
        ) : (
          <ul className="plain-list" aria-label="Machines">
            {setups.map((setup) => (
              <Followed key={setup.id} setup={setup} />
            ))}
          </ul>
        )}
        <Uses created={created} told={enrolled} />
      </div>
    </Stack>
  );
}
