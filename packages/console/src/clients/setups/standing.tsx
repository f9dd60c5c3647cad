/** How a set-up stands: its phase as a row of steps, its state, and why. Names and reasons are the machine's own text. */
import { type SetupSummary, setupPhases } from '@holdfast/contract/web';
import { Badge, Code, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { PlatformIcon } from '../../parts/platform.tsx';
import { LookBadge } from '../../parts/states.tsx';
import { intentWords, momentWords, phasesDone, phaseWords, setupLooks } from './looks.ts';

type Standing = Pick<SetupSummary, 'state' | 'phase' | 'moment'>;

export const SetupBadge = ({ state }: Pick<SetupSummary, 'state'>) => <LookBadge look={setupLooks[state]} />;

function lookOfStep(setup: Standing, index: number): 'done' | 'to-come' | SetupSummary['state'] {
  const done = phasesDone(setup);
  if (index < done) return 'done';
  return index === done ? setup.state : 'to-come';
}

/** One step for each phase: those behind it are filled, the present one has the look of the state. */
export function PhaseSteps({ setup }: { setup: Standing }) {
  const { state, phase, moment } = setup;
  const done = phasesDone(setup);
  const number = Math.min(done + (moment === 'ended' ? 0 : 1), setupPhases.length);
  const said =
    state === 'succeeded' ? 'Every phase has ended' : `${phaseWords[phase]} ${momentWords[moment]}`;
  return (
    <Stack gap={4} miw={150}>
      <div className="phases" role="img" aria-label={`${done} of ${setupPhases.length} phases done: ${said}`}>
        {setupPhases.map((each, index) => (
          <span key={each} title={phaseWords[each]} data-look={lookOfStep(setup, index)} />
        ))}
      </div>
      <Text size="xs" c="dimmed">
        {number} of {setupPhases.length}: {phaseWords[phase]}
      </Text>
    </Stack>
  );
}

/** Code and sentence of what went wrong, or what is waited for; nothing where there is neither. */
export function SetupReason({ error, reason }: Pick<SetupSummary, 'error' | 'reason'>) {
  if (error === null && reason === null) return null;
  return (
    <div>
      <Text size="sm" className="hostile">
        {reason}
      </Text>
      {error !== null && <Code className="hostile">{error}</Code>}
    </div>
  );
}

/** The machine, and what is done to it where that is not the ordinary thing. */
export function SetupMachine({ setup, children }: { setup: SetupSummary; children: ReactNode }) {
  return (
    <Group gap={8} wrap="nowrap">
      <PlatformIcon platform={setup.platform} />
      {children}
      {setup.intent !== 'install' && (
        <Badge variant="light" color="gray" size="sm" radius="sm" tt="none">
          {intentWords[setup.intent]}
        </Badge>
      )}
    </Group>
  );
}
