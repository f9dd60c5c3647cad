/** `holdfast-client starters`: what starts the client, for installers and people. */
import { HoldfastError } from '@holdfast/contract';
import type { StarterName, StarterState, Starters } from '@holdfast/ports';
import { AnsweredNo } from '../../answered-no.ts';
import { plain, table } from '../../terminal.ts';
import { argument } from '../../verbs/verb.ts';
import { type ClientVerbs, machineFor } from './client-verb.ts';

const names: readonly StarterName[] = ['service', 'second'];

type Row = StarterState & { readonly starter: StarterName };

/** What each word does to one of them, before all that were meant are looked at. */
const acts: Readonly<Record<string, (starters: Starters, name: StarterName) => Promise<void>>> = {
  look: async () => undefined,
  define: (starters, name) => starters.define(name),
  start: (starters, name) => starters.start(name),
  stop: (starters, name) => starters.stop(name),
  remove: (starters, name) => starters.remove(name),
};

export function startersVerb({ verb, run }: ClientVerbs): void {
  const command = verb(
    'starters <action> [starter]',
    'what starts the client: look, define, start, stop or remove its service and its second starter',
    ['starters look', 'starters define', 'starters define second --json', 'starters remove'],
  ).addHelpText(
    'after',
    '\nStarters: service, second; both unless one is named.\nlook answers no where one is missing, changed or disabled.',
  );
  run(command, async ({ session, values }) => {
    const action = argument(values, 0);
    const act = Object.hasOwn(acts, action) ? acts[action] : undefined;
    const meant = values[1] === undefined ? names : names.filter((name) => name === values[1]);
    if (act === undefined || meant.length === 0) {
      throw new HoldfastError('request.invalid', `There is no ${plain(values.join(' '))}: see --help.`);
    }
    const machine = machineFor(session.surroundings, { root: '/' });
    try {
      const { starters } = machine;
      if (starters === undefined) {
        throw new HoldfastError(
          'system.failed',
          'This machine has nothing that could start an installed client.',
        );
      }
      const rows: Row[] = [];
      for (const name of meant) {
        await act(starters, name);
        rows.push({ starter: name, ...(await starters.look(name)) });
      }
      session.answer(rows, () => startersTable(rows, session.surroundings.columns));
      if (action === 'look' && rows.some((row) => !(row.present && row.asDefined && row.enabled))) {
        throw new AnsweredNo();
      }
    } finally {
      machine.close();
    }
  });
}

function startersTable(rows: readonly Row[], columns: number | undefined): string {
  const word = (value: boolean) => (value ? 'yes' : 'no');
  return table(
    rows,
    [
      { title: 'STARTER', value: (row) => row.starter, whole: true },
      { title: 'THERE', value: (row) => word(row.present) },
      { title: 'AS DEFINED', value: (row) => word(row.asDefined) },
      { title: 'ENABLED', value: (row) => word(row.enabled) },
      { title: 'ACTIVE', value: (row) => word(row.active) },
      { title: 'REASON', value: (row) => row.reason },
    ],
    columns,
  );
}
