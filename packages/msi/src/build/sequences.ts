/** What an installation does and in which order: the suggested numbers, and the actions of the product between them. */
import type { At } from './components.ts';
import { wrong } from './read-description.ts';
import type { Rows } from './rows.ts';
import type { TableName } from './tables.ts';

/** An action and its suggested number; with the table without which it has nothing to do. */
type Standard = readonly [action: string, number: number, needs?: TableName];

/** Source: "Suggested InstallExecuteSequence"; searches come first here, so that launch conditions can use what they find. */
const preparing: readonly Standard[] = [
  ['FindRelatedProducts', 25, 'Upgrade'],
  ['AppSearch', 50, 'AppSearch'],
  ['LaunchConditions', 100, 'LaunchCondition'],
  ['ValidateProductID', 700],
  ['CostInitialize', 800],
  ['FileCost', 900],
  ['CostFinalize', 1000],
  ['MigrateFeatureStates', 1200, 'Upgrade'],
];

const execute: readonly Standard[] = [
  ...preparing,
  ['InstallValidate', 1400],
  ['InstallInitialize', 1500],
  ['ProcessComponents', 1600],
  ['UnpublishFeatures', 1800],
  ['StopServices', 1900, 'ServiceControl'],
  ['DeleteServices', 2000, 'ServiceControl'],
  ['RemoveRegistryValues', 2600],
  ['RemoveIniValues', 3100, 'IniFile'],
  ['RemoveShortcuts', 3200, 'Shortcut'],
  ['RemoveEnvironmentStrings', 3300, 'Environment'],
  ['RemoveFiles', 3500],
  ['RemoveFolders', 3600],
  ['CreateFolders', 3700],
  ['InstallFiles', 4000],
  ['CreateShortcuts', 4500, 'Shortcut'],
  ['WriteRegistryValues', 5000],
  ['WriteIniValues', 5100, 'IniFile'],
  ['WriteEnvironmentStrings', 5200, 'Environment'],
  ['InstallServices', 5800, 'ServiceInstall'],
  ['StartServices', 5900, 'ServiceControl'],
  ['RegisterUser', 6000],
  ['RegisterProduct', 6100],
  ['PublishFeatures', 6300],
  ['PublishProduct', 6400],
  ['InstallExecute', 6500],
  ['InstallFinalize', 6600],
];

const interactive: readonly Standard[] = [...preparing, ['ExecuteAction', 1300]];

const administrativeUi: readonly Standard[] = [
  ['CostInitialize', 800],
  ['FileCost', 900],
  ['CostFinalize', 1000],
  ['ExecuteAction', 1300],
];

const administrative: readonly Standard[] = [
  ['CostInitialize', 800],
  ['FileCost', 900],
  ['CostFinalize', 1000],
  ['InstallValidate', 1400],
  ['InstallInitialize', 1500],
  ['InstallAdminPackage', 3900],
  ['InstallFiles', 4000],
  ['InstallFinalize', 6600],
];

const advertised: readonly Standard[] = [
  ['CostInitialize', 800],
  ['CostFinalize', 1000],
  ['InstallValidate', 1400],
  ['InstallInitialize', 1500],
  ['CreateShortcuts', 4500, 'Shortcut'],
  ['PublishFeatures', 6300],
  ['PublishProduct', 6400],
  ['InstallFinalize', 6600],
];

/** An action of the product, and the neighbour that it stands before or after. */
export type Placed = At<{
  readonly id: string;
  readonly condition?: string | undefined;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}>;

type Step = { readonly action: string; readonly condition?: string | undefined; readonly number?: number };

/** Puts each action beside its neighbour, which may be another one of them; several after one stay in their order. */
function arranged(standard: readonly Standard[], own: readonly Placed[]): Step[] {
  const steps: Step[] = standard.map(([action, number]) => ({ action, number }));
  const last = new Map<string, string>();
  let waiting = own;
  while (waiting.length > 0) {
    const blocked: Placed[] = [];
    for (const placed of waiting) {
      const { id, condition, before, after } = placed.it;
      const anchor = before ?? after;
      // Behind those that were put after the same neighbour before.
      const beside = after === undefined ? anchor : (last.get(after) ?? after);
      const at = steps.findIndex((step) => step.action === beside);
      if (at < 0) {
        blocked.push(placed);
        continue;
      }
      steps.splice(after === undefined ? at : at + 1, 0, { action: id, condition });
      if (after !== undefined) last.set(after, id);
    }
    if (blocked.length === waiting.length) {
      const [first] = blocked;
      const field = first?.it.before === undefined ? 'after' : 'before';
      throw wrong(
        `${first?.field}.${field}`,
        `there is no action ${first?.it.before ?? first?.it.after} in this sequence to stand beside`,
      );
    }
    waiting = blocked;
  }
  return steps;
}

/** Numbers for the actions of the product, spread between the suggested ones around them. */
function numbered(steps: readonly Step[], own: readonly Placed[]): Map<string, number> {
  const numbers = new Map<string, number>();
  for (let from = 0; from < steps.length; ) {
    let to = from + 1;
    while (to < steps.length && steps[to]?.number === undefined) to += 1;
    const low = steps[from]?.number ?? 0;
    const high = steps[to]?.number ?? low + 1000;
    const step = (high - low) / (to - from);
    if (step < 1) {
      const crowded = own.find((placed) => placed.it.id === steps[from + 1]?.action);
      throw wrong(
        crowded?.field ?? 'customActions',
        `there is no room for ${to - from - 1} actions after ${steps[from]?.action}; place some elsewhere`,
      );
    }
    for (let index = from; index < to; index += 1) {
      numbers.set(steps[index]?.action ?? '', Math.floor(low + step * (index - from)));
    }
    from = to;
  }
  return numbers;
}

function writeSequence(
  table: TableName,
  standard: readonly Standard[],
  own: readonly Placed[],
  rows: Rows,
): ReadonlyMap<string, number> {
  const present = standard.filter(([, , needs]) => needs === undefined || rows.has(needs));
  // Actions may be placed beside a standard one that has nothing to do: it is then there, and does nothing.
  const named = new Set(own.flatMap(({ it }) => [it.before, it.after]));
  const needed = standard.filter((one) => present.includes(one) || named.has(one[0]));
  // A number in front of the first action, so that something can stand before it.
  const steps = [{ action: '', number: 0 }, ...arranged(needed, own)];
  const numbers = numbered(steps, own);
  for (const { action, condition } of steps) {
    if (action === '') continue;
    const field = own.find(({ it }) => it.id === action)?.field ?? 'customActions';
    rows.add(table, field, { Action: action, Condition: condition, Sequence: numbers.get(action) });
  }
  return numbers;
}

export type OwnActions = {
  readonly execute: readonly Placed[];
  readonly ui: readonly Placed[];
  /** The action after which an older version is removed; undefined where nothing is replaced. */
  readonly removeAfter: string | undefined;
};

/**
 * Writes the five sequences; after all other tables, since they say what there is to do.
 * @returns numbers in InstallExecuteSequence by action
 */
export function writeSequences(own: OwnActions, rows: Rows): ReadonlyMap<string, number> {
  const removal: Placed[] =
    own.removeAfter === undefined
      ? []
      : [{ field: 'upgrade.removeAfter', it: { id: 'RemoveExistingProducts', after: own.removeAfter } }];
  const explicit = own.removeAfter === 'InstallExecute' || namesInstallExecute(own.execute);
  const wanted = execute.filter(([action]) => action !== 'InstallExecute' || explicit);
  const numbers = writeSequence('InstallExecuteSequence', wanted, [...removal, ...own.execute], rows);
  writeSequence('InstallUISequence', interactive, own.ui, rows);
  writeSequence('AdminExecuteSequence', administrative, [], rows);
  writeSequence('AdminUISequence', administrativeUi, [], rows);
  writeSequence('AdvtExecuteSequence', advertised, [], rows);
  return numbers;
}

/** InstallExecute runs the script so far before its end: only where somebody asks for it. */
function namesInstallExecute(own: readonly Placed[]): boolean {
  return own.some(({ it }) => it.before === 'InstallExecute' || it.after === 'InstallExecute');
}
