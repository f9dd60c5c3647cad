/** A plan as it is answered in JSON: by the site, and by `holdfast msi plan --json`. */
import type {
  InstallerPlan,
  PlannedFile,
  PlannedFolder,
  PlannedKind,
  PlannedOperation,
  PlannedSkip,
} from '@holdfast/contract';
import type { RegistryChange } from '../host/model.ts';
import { hiddenNames, hiddenValue, hideTargetBit, masker } from '../log/masking.ts';
import { dataText } from '../root/data.ts';
import type { FileDecision, Operation, Plan } from './model.ts';

export type DocumentOptions = {
  /** Most items of every list, where there is a limit. */
  readonly most?: number;
  /** What becomes of text of the package, which may be very long. */
  readonly cut?: (text: string) => string;
  /** What is worth knowing beside the plan. */
  readonly notes?: readonly string[];
};

type What = Pick<PlannedOperation, 'kind' | 'target'> &
  Partial<Pick<PlannedOperation, 'name' | 'data' | 'size'>>;

const changeKinds: Readonly<Record<RegistryChange['kind'], PlannedKind>> = {
  set: 'set-value',
  'remove-value': 'remove-value',
  'create-key': 'create-key',
  'remove-key': 'remove-key',
};

function changeWhat(change: RegistryChange): What {
  const { hive, key, view } = change.place;
  const below = key === '' ? '' : `\\${key.replace(/^\\+/, '')}`;
  const target = `${hive}${below}${view === '32' ? ' (32-bit)' : ''}`;
  const kind = changeKinds[change.kind];
  if (change.kind === 'create-key' || change.kind === 'remove-key') return { kind, target };
  const data = change.kind === 'set' ? { data: dataText(change.data) } : {};
  return { kind, target, name: change.name, ...data };
}

/** What is changed, one after the other. */
function whatOf(operation: Operation): readonly What[] {
  const { kind } = operation;
  switch (kind) {
    case 'create-folder':
    case 'remove-folder':
    case 'remove-file':
      return [{ kind, target: operation.path }];
    case 'place-file':
      return [{ kind, target: operation.path, size: operation.size }];
    case 'change-registry':
      return operation.changes.map(changeWhat);
    case 'put-service':
      return [{ kind, target: operation.configuration.name, data: operation.configuration.binaryPath }];
    case 'remove-service':
    case 'start-service':
    case 'stop-service': {
      const words = operation.words?.join(' ') ?? '';
      return [{ kind, target: operation.name, ...(words === '' ? {} : { data: words }) }];
    }
    case 'ask-protection':
      return operation.paths.map((target) => ({ kind, target }));
    case 'run-program': {
      const { program, when, type } = operation.customAction;
      const data = (type & hideTargetBit) === 0 ? operation.customAction.arguments : hiddenValue;
      return [{ kind, target: program, name: when, data }];
    }
  }
}

function counted<Item>(items: Iterable<Item>, nameOf: (item: Item) => string): Record<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(nameOf(item), (counts.get(nameOf(item)) ?? 0) + 1);
  return Object.fromEntries(counts);
}

/** Folders of the package's files, by path. */
function foldersOf(decisions: readonly FileDecision[]): PlannedFolder[] {
  const folderOf = ({ path }: FileDecision): string => path.slice(0, Math.max(0, path.lastIndexOf('\\')));
  return [...Map.groupBy(decisions, folderOf)]
    .map(([path, inside]) => ({ path, counts: counted(inside, (one) => one.do) }))
    .sort((one, other) => (one.path.toLowerCase() < other.path.toLowerCase() ? -1 : 1));
}

/** Actions in the order of the sequence; those of a product that is removed meanwhile apart from the others. */
function actionsOf(operations: readonly Operation[]): InstallerPlan['actions'] {
  const byAction = Map.groupBy(operations, ({ action, product }) =>
    JSON.stringify([product ?? null, action]),
  );
  return [...byAction.values()].flatMap((steps) => {
    const [first] = steps;
    if (first === undefined) return [];
    const count = steps.reduce((sum, step) => sum + whatOf(step).length, 0);
    return [{ action: first.action, product: first.product ?? null, operations: count }];
  });
}

/** Touched files first where not all are told. */
function mostTelling(decisions: readonly FileDecision[], most: number): readonly FileDecision[] {
  if (decisions.length <= most) return decisions;
  const isStill = ({ do: what }: FileDecision): boolean => what === 'keep' || what === 'leave';
  return [...decisions.filter((one) => !isStill(one)), ...decisions.filter(isStill)].slice(0, most);
}

/** Everything that stands in the plan, in its order. */
export function planDocument(plan: Plan, options: DocumentOptions = {}): InstallerPlan {
  const { most = Number.POSITIVE_INFINITY, cut = (text: string) => text, notes = [] } = options;
  const { decisions, properties, request } = plan;
  const mask = masker(hiddenNames(properties.get('MsiHiddenProperties') ?? ''));
  for (const [name, value] of [...properties, ...request.properties]) mask.learn(name, value);
  const shown = (text: string | undefined): string | null =>
    text === undefined ? null : cut(mask.text(text));
  const steps = plan.operations.flatMap((by) => whatOf(by).map((what) => ({ by, what })));

  const operation = ({ by, what }: (typeof steps)[number]): PlannedOperation => ({
    action: cut(by.action),
    kind: what.kind,
    target: cut(mask.text(what.target)),
    name: shown(what.name ?? undefined),
    data: shown(what.data ?? undefined),
    size: what.size ?? null,
    component: shown(by.component),
    reason: cut(mask.text(by.reason)),
    product: by.product ?? null,
  });
  const file = (one: FileDecision): PlannedFile => ({
    ...one,
    file: cut(one.file),
    component: cut(one.component),
    path: cut(one.path),
    reason: cut(one.reason),
  });
  const skip = ({ action, reason, vital }: PlannedSkip): PlannedSkip => ({
    action: cut(action),
    reason: cut(reason),
    vital,
  });
  const listed = <Item>(items: readonly Item[]): readonly Item[] => items.slice(0, most);
  return {
    productCode: plan.productCode,
    productName: cut(plan.productName),
    version: cut(plan.version),
    request: {
      action: request.action,
      properties: Object.fromEntries(
        [...request.properties].map(([name, value]) => [cut(name), cut(mask.value(name, value))]),
      ),
    },
    refusal: plan.refusal === undefined ? null : { ...plan.refusal, message: cut(plan.refusal.message) },
    changesNothing: steps.length === 0,
    notes: [...notes],
    restart: plan.restart,
    totals: {
      operations: steps.length,
      files: decisions.length,
      byDecision: counted(decisions, (one) => one.do),
      byKind: counted(steps, ({ what }) => what.kind),
    },
    actions: listed(actionsOf(plan.operations)).map((one) => ({ ...one, action: cut(one.action) })),
    folders: listed(foldersOf(decisions)).map((one) => ({ ...one, path: cut(one.path) })),
    decisions: mostTelling(decisions, most).map(file),
    operations: listed(steps).map(operation),
    skipped: listed(plan.skipped).map(skip),
    removes: listed(plan.removes).map((one) => ({
      productCode: one.productCode,
      version: one.version ?? null,
    })),
  };
}
