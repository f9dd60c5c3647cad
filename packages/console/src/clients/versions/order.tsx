/** Ordering a version for clients: what, for whom, in which rings; tried before it is done. */
import type { ClientUpgradeCreate, ClientUpgradeDetail } from '@holdfast/contract/web';
import { Alert, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { change } from '../../api/http.ts';
import { upgradePreviewQuery } from '../../api/upgrade-queries.ts';
import { counted } from '../../parts/counted.ts';
import { LinkAnchor } from '../../parts/links.tsx';
import { Lines, Page } from '../../parts/page.tsx';
import { notifyDone, notifyProblem, ProblemNotice } from '../../parts/problems.tsx';
import { emptyOrder, type OrderDraft, orderErrors, orderOf } from './draft.ts';
import { OrderFields } from './fields.tsx';
import { upgradeName } from './looks.ts';
import { Rings } from './rings.tsx';
import { LeftOut, RuleFacts } from './upgrade.tsx';

/** What the site would do: it tries the order and takes it back. */
function Preview({ upgrade }: { upgrade: ClientUpgradeDetail }) {
  const { members, rings, collectionName, skipped, skippedFor } = upgrade;
  const machines = counted(members, 'client', 'clients');
  return (
    <Stack>
      <Alert
        color="tide"
        title={`${upgradeName(upgrade)}: ${machines} in ${counted(rings, 'ring', 'rings')}`}
      >
        This was a dry run over {collectionName}: nothing is ordered yet. Which clients go first is drawn when
        it is.
      </Alert>
      <Rings upgrade={upgrade} />
      <RuleFacts upgrade={upgrade} />
      {skipped > 0 && (
        <div>
          <Title order={2} size="h6" mb={4}>
            {counted(skipped, 'client is', 'clients are')} left out
          </Title>
          <LeftOut skippedFor={skippedFor} />
        </div>
      )}
    </Stack>
  );
}

/** Orders it, and shows its page once the site has it. */
function useOrdering() {
  const navigate = useNavigate();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (request: ClientUpgradeCreate) =>
      change<ClientUpgradeDetail>('POST', '/client-upgrades', request),
    onSuccess: async (upgrade) => {
      await queries.invalidateQueries({ queryKey: ['upgrades'] });
      notifyDone(`${upgradeName(upgrade)} is ordered for ${upgrade.collectionName}.`);
      if (upgrade.id === null) return;
      await navigate({ to: '/clients/versions/$upgradeId', params: { upgradeId: upgrade.id } });
    },
    onError: notifyProblem,
  });
}

function Review({ request, back }: { request: ClientUpgradeCreate; back: () => void }) {
  const { data, isError, error, refetch } = useQuery(upgradePreviewQuery(request));
  const ordering = useOrdering();
  return (
    <Stack>
      {isError && <ProblemNotice thrown={error} retry={refetch} />}
      {data === undefined && !isError && <Lines count={4} />}
      {data !== undefined && <Preview upgrade={data} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={back}>
          Back
        </Button>
        <Button
          color={request.action === 'rollback' ? 'red' : 'tide'}
          disabled={data === undefined || isError}
          loading={ordering.isPending}
          onClick={() => ordering.mutate(request)}
        >
          {request.action === 'rollback' ? 'Order the rollback' : 'Order the upgrade'}
        </Button>
      </Group>
    </Stack>
  );
}

const about = {
  upgrade:
    'Clients take a newer release, each on trial first: one that does not prove itself to the site is given up by the client itself.',
  rollback:
    'Clients go back to an older release, also from one that they have blessed, but never below the floor. Trials of newer versions are taken back.',
} as const;

export function OrderPage({ action }: { action: OrderDraft['action'] }) {
  const form = useForm<OrderDraft>({ initialValues: emptyOrder(action), validate: orderErrors });
  const [request, setRequest] = useState<ClientUpgradeCreate>();
  const tryIt = form.onSubmit((draft) => setRequest(orderOf(draft)));
  return (
    <Page
      title={action === 'rollback' ? 'Roll back clients' : 'Upgrade clients'}
      about={
        <LinkAnchor to="/clients/versions" size="sm">
          Client versions
        </LinkAnchor>
      }
    >
      <Paper maw={860}>
        {request === undefined ? (
          <form onSubmit={tryIt}>
            <Stack>
              <Text size="sm">{about[action]}</Text>
              <OrderFields form={form} />
              <Group justify="flex-end">
                <Button type="submit">Try it</Button>
              </Group>
            </Stack>
          </form>
        ) : (
          <Review request={request} back={() => setRequest(undefined)} />
        )}
      </Paper>
    </Page>
  );
}
