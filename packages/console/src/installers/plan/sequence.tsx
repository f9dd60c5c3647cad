/** The actions of a plan in the order of the execute sequence, each with the number of its operations. */
import type { InstallerPlan } from '@holdfast/contract/web';
import { UnstyledButton } from '@mantine/core';
import { counted } from '../../parts/counted.ts';

/** Which action's operations are shown; those of a product that is removed meanwhile are apart. */
export type ChosenAction = { readonly action: string; readonly product: string | null };

type SequenceProps = {
  readonly actions: InstallerPlan['actions'];
  readonly chosen: ChosenAction | undefined;
  readonly choose: (action: ChosenAction | undefined) => void;
};

export function Sequence({ actions, chosen, choose }: SequenceProps) {
  const most = Math.max(1, ...actions.map(({ operations }) => operations));
  return (
    <ol className="plan-sequence" aria-label="Actions of the sequence">
      {actions.map(({ action, product, operations }) => {
        const isChosen = chosen?.action === action && chosen.product === product;
        return (
          <li key={`${product ?? ''} ${action}`}>
            <UnstyledButton
              className="plan-action"
              aria-pressed={isChosen}
              aria-label={`${action}${product === null ? '' : `, removing ${product}`}: ${counted(operations, 'operation', 'operations')}`}
              onClick={() => choose(isChosen ? undefined : { action, product })}
            >
              <span className="hostile">{action}</span>
              {product !== null && <span className="plan-dim mono">removing {product}</span>}
              <span className="number">{operations.toLocaleString()}</span>
              <span
                className="share"
                aria-hidden="true"
                style={
                  {
                    '--share': `${(Math.log1p(operations) / Math.log1p(most)) * 100}%`,
                  } as React.CSSProperties
                }
              />
            </UnstyledButton>
          </li>
        );
      })}
    </ol>
  );
}
