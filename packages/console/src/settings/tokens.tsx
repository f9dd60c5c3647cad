/** Enrolment tokens: which there are, how much of them is used, and taking one back. */
import type { TokenSummary } from '@holdfast/contract/web';
import { Badge, Group, Stack, Text } from '@mantine/core';
import { IconTicket } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { change } from '../api/http.ts';
import { tokensQuery } from '../api/queries.ts';
import { AddClient } from '../clients/add-client.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { asked, column, Listing, useWindow } from '../parts/listing.tsx';
import { useNow } from '../parts/now.ts';
import { Empty } from '../parts/page.tsx';
import { Ago } from '../parts/times.tsx';

function standing(token: TokenSummary, now: number): { label: string; color: string; usable: boolean } {
  if (token.revokedAt !== null) return { label: 'Revoked', color: 'red', usable: false };
  if (token.expiresAt <= now) return { label: 'Expired', color: 'gray', usable: false };
  if (token.maxUses !== null && token.uses >= token.maxUses) {
    return { label: 'Used up', color: 'gray', usable: false };
  }
  return { label: 'Usable', color: 'teal', usable: true };
}

function Standing({ token }: { token: TokenSummary }) {
  const { label, color } = standing(token, useNow());
  return (
    <Badge variant="light" color={color} radius="sm" tt="none">
      {label}
    </Badge>
  );
}

function Revoke({ token }: { token: TokenSummary }) {
  if (!standing(token, useNow()).usable) return null;
  return (
    <Confirm
      label="Revoke"
      title={`Revoke “${token.label}”?`}
      act={() => change('DELETE', `/tokens/${token.id}`)}
      done="The token is revoked."
      button={{ size: 'compact-xs', variant: 'subtle' }}
    >
      Nobody can enrol with it any more. Clients that have enrolled with it stay.
    </Confirm>
  );
}

const columns = [
  column<TokenSummary>('Label', (token) => (
    <Text size="sm" fw={550} className="hostile">
      {token.label}
    </Text>
  )),
  column<TokenSummary>('State', (token) => <Standing token={token} />),
  column<TokenSummary>('Uses', (token) => (
    <Text size="sm" className="number">
      {token.uses} of {token.maxUses ?? 'any number'}
    </Text>
  )),
  column<TokenSummary>('Created', (token) => <Ago at={token.createdAt} />),
  column<TokenSummary>('Expires', (token) => <Ago at={token.expiresAt} />),
  column<TokenSummary>('', (token) => <Revoke token={token} />),
];

export function TokensPage() {
  const window = useWindow();
  const query = useQuery(tokensQuery(asked(window)));
  return (
    <Stack>
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          A token lets a machine enrol. Its text is shown once, when it is created.
        </Text>
        <AddClient />
      </Group>
      <Listing
        label="Enrolment tokens"
        query={query}
        window={window}
        columns={columns}
        keyOf={(token) => token.id}
        empty={
          <Empty icon={IconTicket} title="No token yet">
            Add a client to create one.
          </Empty>
        }
      />
    </Stack>
  );
}
