/** Set-ups of clients: which are under way, which wait, and which failed. */
import type { SetupState, SetupSummary } from '@holdfast/contract/web';
import { NativeSelect } from '@mantine/core';
import { IconProgressCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { setupsQuery } from '../../api/life-queries.ts';
import { LinkAnchor } from '../../parts/links.tsx';
import { asked, column, Listing, useWindow } from '../../parts/listing.tsx';
import { Empty } from '../../parts/page.tsx';
import { Ago } from '../../parts/times.tsx';
import { setupLooks, setupStateOf, setupStates } from './looks.ts';
import { PhaseSteps, SetupBadge, SetupMachine, SetupReason } from './standing.tsx';

const columns = [
  column<SetupSummary>('Machine', (setup) => (
    <SetupMachine setup={setup}>
      <LinkAnchor
        to="/clients/setups/$setupId"
        params={{ setupId: setup.id }}
        className="row-link hostile"
        fw={550}
        size="sm"
        underline="never"
      >
        {setup.hostName}
      </LinkAnchor>
    </SetupMachine>
  )),
  column<SetupSummary>('Phase', (setup) => <PhaseSteps setup={setup} />),
  column<SetupSummary>('State', (setup) => <SetupBadge state={setup.state} />),
  column<SetupSummary>('Reason', (setup) => <SetupReason {...setup} />),
  column<SetupSummary>('Began', (setup) => <Ago at={setup.firstHeardAt} />),
  column<SetupSummary>('Last word', (setup) => <Ago at={setup.lastHeardAt} />),
];

export function SetupsPage({ state }: { state: SetupState | undefined }) {
  const window = useWindow();
  const navigate = useNavigate();
  const query = useQuery(setupsQuery({ ...asked(window), state }));
  const choose = (value: string) => {
    const chosen = setupStateOf(value);
    window.restart();
    void navigate({ to: '/clients/setups', search: chosen === undefined ? {} : { state: chosen } });
  };
  return (
    <Listing
      label="Set-ups"
      query={query}
      window={window}
      columns={columns}
      keyOf={(setup) => setup.id}
      searchLabel="Search set-ups"
      filters={
        <NativeSelect
          aria-label="State"
          data={[
            { value: '', label: 'All states' },
            ...setupStates.map((value) => ({ value, label: setupLooks[value].label })),
          ]}
          value={state ?? ''}
          onChange={(event) => choose(event.currentTarget.value)}
        />
      }
      empty={
        <Empty
          icon={IconProgressCheck}
          title={state === undefined ? 'No set-up yet' : 'No set-up in this state'}
        >
          {state === undefined &&
            'A machine that is being set up tells here how far it is, before it is a client.'}
        </Empty>
      }
    />
  );
}
