/** The states of deployments and the severities of messages: their words, colours and pictures. */

import type { DeploymentState, Severity } from '@holdfast/contract/web';
import { Badge, Group, Progress, RingProgress, Stack, Text, Tooltip } from '@mantine/core';
import { IconAlertTriangle, IconCircleX, IconInfoCircle } from '@tabler/icons-react';

export type Look = { readonly label: string; readonly color: string; readonly meaning: string };

/** In the order in which pictures show them: done first, trouble last. */
export const stateLooks: Readonly<Record<DeploymentState, Look>> = {
  succeeded: { label: 'Succeeded', color: 'teal.6', meaning: 'Detection holds' },
  running: { label: 'Running', color: 'blue.5', meaning: 'A program runs, or its result is being verified' },
  downloading: { label: 'Downloading', color: 'cyan.5', meaning: 'Content is on its way' },
  waiting: { label: 'Waiting', color: 'gray.5', meaning: 'Nothing heard yet, or held at a gate' },
  available: { label: 'Available', color: 'violet.5', meaning: 'Offered, not enforced' },
  'reboot-pending': {
    label: 'Restart pending',
    color: 'yellow.6',
    meaning: 'Done once the machine restarts',
  },
  held: { label: 'Held', color: 'pink.6', meaning: 'Tried too often; waits for an administrator' },
  broken: { label: 'Broken', color: 'orange.6', meaning: 'Was present, is damaged; repair follows' },
  failed: { label: 'Failed', color: 'red.6', meaning: 'Ended with an error' },
};

export const states = Object.keys(stateLooks) as DeploymentState[];

/** The look of a state; one that a newer site names is shown by its name. */
function lookOf(state: string): Look {
  return Object.hasOwn(stateLooks, state)
    ? stateLooks[state as DeploymentState]
    : { label: state, color: 'gray.6', meaning: 'Known to a newer console' };
}

/** A state as a word with a dot of its colour; what it means comes with the pointer. */
export function LookBadge({ look }: { look: Look }) {
  return (
    <Tooltip label={look.meaning}>
      <Badge
        className="above"
        variant="dot"
        color={look.color}
        tt="none"
        fw={550}
        radius="sm"
        w="max-content"
        styles={{ label: { overflow: 'visible' } }}
      >
        {look.label}
      </Badge>
    </Tooltip>
  );
}

export const StateBadge = ({ state }: { state: string }) => <LookBadge look={lookOf(state)} />;

export type StateCount = Look & { readonly state: string; readonly count: number };

function countsOf(record: Readonly<Record<string, number>>): StateCount[] {
  const known = states.map((state) => ({ state, count: record[state] ?? 0 }));
  const others = Object.entries(record)
    .filter(([state]) => !Object.hasOwn(stateLooks, state))
    .map(([state, count]) => ({ state, count }));
  return [...known, ...others]
    .filter(({ count }) => count > 0)
    .map((each) => ({ ...each, ...lookOf(each.state) }));
}

type CountBarProps = {
  readonly shown: readonly StateCount[];
  readonly total: number;
  /** Pixels. */
  readonly size?: number;
  /** What it is the bar of, where the place does not say it. */
  readonly name?: string;
};

/** A bar with a part for each state, as long as its share; said in words to whoever does not see it. */
export function CountBar({ shown, total, size = 8, name }: CountBarProps) {
  const words = shown.map(({ label, count }) => `${count} ${label.toLowerCase()}`).join(', ');
  const said = words === '' ? 'No clients' : words;
  return (
    <Progress.Root
      size={size}
      radius="xl"
      aria-label={name === undefined ? said : `${name}: ${said}`}
      role="img"
    >
      {shown.map(({ state, label, color, count }) => (
        <Tooltip key={state} label={`${count} ${label.toLowerCase()}`}>
          <Progress.Section value={total > 0 ? (count / total) * 100 : 0} color={color} aria-hidden />
        </Tooltip>
      ))}
    </Progress.Root>
  );
}

/** One bar of a deployment: how many clients are in each state. */
export function StateBar({ counts, total }: { counts: Readonly<Record<string, number>>; total: number }) {
  const succeeded = counts.succeeded ?? 0;
  return (
    <Stack gap={4} miw={150}>
      <CountBar shown={countsOf(counts)} total={total} />
      <Text size="xs" c="dimmed">
        {total === 0 ? 'No clients in the collection' : `${succeeded} of ${total} succeeded`}
      </Text>
    </Stack>
  );
}

/** The states as a ring with its legend. */
export function StateRing({ counts }: { counts: Readonly<Record<string, number>> }) {
  const shown = countsOf(counts);
  const total = shown.reduce((sum, { count }) => sum + count, 0);
  const share = total === 0 ? 0 : Math.floor(((counts.succeeded ?? 0) / total) * 100);
  return (
    <Group gap="lg" wrap="wrap" align="center">
      <RingProgress
        size={172}
        thickness={16}
        roundCaps={shown.length > 1}
        sections={shown.map(({ color, count }) => ({ color, value: (count / total) * 100 }))}
        label={
          <Stack gap={0} align="center">
            <Text fz={25} fw={650} lh={1.1}>
              {share} %
            </Text>
            <Text size="xs" c="dimmed">
              succeeded
            </Text>
          </Stack>
        }
      />
      {total === 0 ? (
        <Text size="sm" c="dimmed" flex={1} miw={180}>
          No client is in the collection yet.
        </Text>
      ) : (
        <CountLegend shown={shown} label="Deployments by state" />
      )}
    </Group>
  );
}

/** The states of a picture with their colours and counts. */
export function CountLegend({ shown, label: what }: { shown: readonly StateCount[]; label: string }) {
  return (
    <Stack gap={6} flex={1} miw={180} component="ul" className="plain-list" aria-label={what}>
      {shown.map(({ state, label, color, count, meaning }) => (
        <Group key={state} gap="xs" wrap="nowrap" component="li" title={meaning}>
          <span
            className="swatch"
            style={{ background: `var(--mantine-color-${color.replace('.', '-')})` }}
          />
          <Text size="sm" flex={1}>
            {label}
          </Text>
          <Text size="sm" fw={600} className="number">
            {count}
          </Text>
        </Group>
      ))}
    </Stack>
  );
}

export const severityLooks: Readonly<
  Record<Severity, { label: string; color: string; icon: typeof IconInfoCircle }>
> = {
  info: { label: 'Information', color: 'tide', icon: IconInfoCircle },
  warning: { label: 'Warning', color: 'yellow', icon: IconAlertTriangle },
  error: { label: 'Error', color: 'red', icon: IconCircleX },
};

export function SeverityIcon({ severity, size = 18 }: { severity: Severity; size?: number }) {
  const { label, color, icon: Icon } = severityLooks[severity];
  return (
    <Icon
      size={size}
      color={`var(--mantine-color-${color}-6)`}
      aria-label={label}
      style={{ flexShrink: 0 }}
    />
  );
}
