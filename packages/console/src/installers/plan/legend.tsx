/** The legend of a plan's picture, with the number of files of each decision; choosing one shows only its files. */
import type { PlannedDecision } from '@holdfast/contract/web';
import { UnstyledButton } from '@mantine/core';
import { decisionLooks } from './decisions.ts';

export function Sign({ decision, sign }: { decision: PlannedDecision; sign: string }) {
  return (
    <span className="plan-sign" data-do={decision} aria-hidden="true">
      {sign}
    </span>
  );
}

type LegendProps = {
  readonly counts: Readonly<Record<string, number>>;
  readonly chosen: PlannedDecision | undefined;
  readonly choose: (decision: PlannedDecision | undefined) => void;
};

export function Legend({ counts, chosen, choose }: LegendProps) {
  return (
    <fieldset className="plan-legend" aria-label="Files by what is done with them">
      {decisionLooks
        .filter(({ do: decision }) => (counts[decision] ?? 0) > 0)
        .map(({ do: decision, sign, words }) => (
          <UnstyledButton
            key={decision}
            className="plan-choice"
            aria-pressed={chosen === decision}
            onClick={() => choose(chosen === decision ? undefined : decision)}
          >
            <Sign decision={decision} sign={sign} />
            <span className="number">{(counts[decision] ?? 0).toLocaleString()}</span> {words}
          </UnstyledButton>
        ))}
    </fieldset>
  );
}
