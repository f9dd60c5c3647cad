/** One upgrade of clients: its rings as they stand, why it is so, what went wrong, and every member. */
import type { ClientUpgradeDetail } from '@holdfast/contract/web';
import { Alert, Code, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconHandStop, IconPlayerPause } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { change } from '../../api/http.ts';
import { upgradeQuery } from '../../api/upgrade-queries.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { counted } from '../../parts/counted.ts';
import { LinkAnchor } from '../../parts/links.tsx';
import { Facts, Lines, Page, Section } from '../../parts/page.tsx';
import { ProblemNotice } from '../../parts/problems.tsx';
import { LookBadge } from '../../parts/states.tsx';
import { Ago } from '../../parts/times.tsx';
import { causeWords, lengthWords, limitWords, upgradeLooks, upgradeName } from './looks.ts';
import { Members } from './members.tsx';
import { Rings } from './rings.tsx';

type Shown = { readonly upgrade: ClientUpgradeDetail };

/** What an administrator may do to it in the state that it is in. Whatever is done, trials go to their end. */
function Actions({ upgrade: { id, state } }: Shown) {
  const act = (what: 'pause' | 'resume' | 'withdraw') => () =>
    change('POST', `/client-upgrades/${id}/${what}`);
  return (
    <>
      {state === 'running' && (
        <Confirm label="Pause" title="Pause this upgrade?" act={act('pause')} done="The upgrade is paused.">
          No further ring begins, and clients that have not begun with the version lose their order until it
          is resumed. A version that is on trial already goes to its end.
        </Confirm>
      )}
      {(state === 'paused' || state === 'stopped') && (
        <Confirm
          label="Resume"
          title="Go on with this upgrade?"
          act={act('resume')}
          done="The upgrade goes on."
        >
          What failed so far is accepted and counts no more; whoever was silent is waited for again. The
          limits hold for everything that happens from now on.
        </Confirm>
      )}
      {state !== 'withdrawn' && (
        <Confirm
          label="Withdraw"
          title="Withdraw this upgrade?"
          act={act('withdraw')}
          done="The upgrade is withdrawn."
        >
          All its orders are taken back for good. Clients that have the version keep it, and a version that is
          on trial goes to its end: to take it back too, roll back.
        </Confirm>
      )}
    </>
  );
}

/** Why nothing goes on, where that is so. */
function Held({ upgrade: { state, reason } }: Shown) {
  if (state !== 'stopped' && state !== 'paused') return null;
  const stopped = state === 'stopped';
  return (
    <Alert
      className="notice"
      color={stopped ? 'red' : 'yellow'}
      icon={stopped ? <IconHandStop /> : <IconPlayerPause />}
      title={stopped ? 'It has stopped by itself' : 'It is paused'}
    >
      <Text size="sm" className="hostile">
        {reason}
      </Text>
    </Alert>
  );
}

/** Limits, times and spread of an order. */
export function RuleFacts({ upgrade: { rules, spreadSeconds } }: Shown) {
  return (
    <Facts
      rows={[
        ['Stops at', `${limitWords(rules.failures)} failed`],
        ['or at', `${limitWords(rules.silence)} silent`],
        ['Silent after', lengthWords(rules.leaseSeconds)],
        ['A ring settles', lengthWords(rules.settleSeconds)],
        ['Spread', lengthWords(spreadSeconds)],
        ['Trial, at least', lengthWords(rules.trialSeconds)],
      ]}
    />
  );
}

function Order({ upgrade }: Shown) {
  return (
    <Section title="Order">
      <Stack gap="sm">
        <Facts
          rows={[
            [
              'Collection',
              <LinkAnchor
                key="collection"
                to="/collections/$collectionId"
                params={{ collectionId: upgrade.collectionId }}
                size="sm"
              >
                {upgrade.collectionName}
              </LinkAnchor>,
            ],
            ['By', upgrade.createdBy],
            ['Ordered', <Ago key="ordered" at={upgrade.createdAt} />],
            ['Changed', <Ago key="changed" at={upgrade.changedAt} />],
          ]}
        />
        <RuleFacts upgrade={upgrade} />
      </Stack>
    </Section>
  );
}

/** Most of them first. */
const byCount = (record: Readonly<Record<string, number>>) =>
  Object.entries(record).toSorted(([, one], [, other]) => other - one);

function Failures({ upgrade: { causes } }: Shown) {
  const rows = byCount(causes);
  return (
    <Section title="Failures by cause">
      {rows.length === 0 ? (
        <Text size="sm" c="dimmed">
          No client gave the version up or refused it.
        </Text>
      ) : (
        <ul className="plain-list" aria-label="Failures by cause">
          {rows.map(([cause, count]) => (
            <li key={cause} className="followed">
              <Text size="sm" component="div">
                {counted(count, 'machine', 'machines')}: {causeWords(cause) ?? <Code>{cause}</Code>}
              </Text>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

/** Who was left out, by reason. */
export function LeftOut({ skippedFor }: Pick<ClientUpgradeDetail, 'skippedFor'>) {
  const rows = byCount(skippedFor);
  if (rows.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        Nobody.
      </Text>
    );
  }
  return (
    <ul className="plain-list" aria-label="Left out, by reason">
      {rows.map(([reason, count]) => (
        <li key={reason}>
          <Text size="sm" className="hostile">
            {counted(count, 'machine', 'machines')}: {reason}
          </Text>
        </li>
      ))}
    </ul>
  );
}

export function UpgradePage({ id }: { id: string }) {
  const { data: upgrade, isError, error, refetch } = useQuery(upgradeQuery(id));
  if (upgrade === undefined) {
    return (
      <Page title="Upgrade">{isError ? <ProblemNotice thrown={error} retry={refetch} /> : <Lines />}</Page>
    );
  }
  return (
    <Page
      title={upgradeName(upgrade)}
      about={
        <Group gap="xs">
          <LinkAnchor to="/clients/versions" size="sm">
            Client versions
          </LinkAnchor>
          <span className="hostile">· {upgrade.collectionName}</span>
        </Group>
      }
      actions={<Actions upgrade={upgrade} />}
    >
      <Held upgrade={upgrade} />
      <Section title="Rings" aside={<LookBadge look={upgradeLooks[upgrade.state]} />}>
        <Stack gap="sm">
          {upgrade.state !== 'stopped' && upgrade.state !== 'paused' && (
            <Text size="sm" className="hostile" role="status">
              {upgrade.reason}
            </Text>
          )}
          <Rings upgrade={upgrade} />
        </Stack>
      </Section>
      <SimpleGrid cols={{ base: 1, md: 3 }}>
        <Order upgrade={upgrade} />
        <Failures upgrade={upgrade} />
        <Section title="Left out">
          <LeftOut skippedFor={upgrade.skippedFor} />
        </Section>
      </SimpleGrid>
      <Members upgradeId={id} rings={upgrade.rings} />
    </Page>
  );
}
