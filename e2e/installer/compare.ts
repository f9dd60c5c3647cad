/** Two Windows that began as one: what is in one and not in the other. */
import { normalise } from './normalise.ts';
import { type Snapshot, valueMark } from './snapshot.ts';

/** Something that the two do not agree on; undefined where one has no such thing. */
export type Difference = {
  readonly part: 'files' | 'registry';
  readonly name: string;
  readonly wine: string | undefined;
  readonly own: string | undefined;
};

/** What packages make depend on conditions. */
export type Conditional = {
  /** Codes of components that have a condition, as the registry has them. */
  readonly components: ReadonlySet<string>;
  /** Features that a condition may disable, and that are disabled. */
  readonly features: ReadonlySet<string>;
};

type Scene = { readonly wine: Snapshot; readonly own: Snapshot; readonly conditional: Conditional };

export type Excuse = {
  readonly name: string;
  /** The page of learn.microsoft.com/windows/win32/msi that says what Windows does; none for chance. */
  readonly because: string;
  holds(difference: Difference, scene: Scene): boolean;
};

const inRegistry = ({ part }: Difference): boolean => part === 'registry';

/** Whether a path with short names may be that of a path with long ones, step by step. */
function isShortFor(short: string, long: string): boolean {
  const [steps, others] = [short.split('\\'), long.split('\\')];
  const fits = (step: string, other: string | undefined): boolean => {
    if (step === other) return true;
    const [, begin, end = ''] = /^([^~]{1,5})~[^~.]{3}(\..*)?$/.exec(step) ?? [];
    const plain = (text: string) => text.toUpperCase().replace(/[^A-Z0-9.]/g, '_');
    return (
      begin !== undefined &&
      other !== undefined &&
      plain(other).startsWith(begin) &&
      plain(other).includes(end)
    );
  };
  return steps.length === others.length && steps.every((step, index) => fits(step, others[index]));
}

const shortNames: Excuse = {
  name: 'short name of a file',
  because: 'Each file system makes its own, or none; Wine computes them from the long ones.',
  holds: (difference) => {
    const { wine, own } = difference;
    return inRegistry(difference) && wine !== undefined && own !== undefined && isShortFor(wine, own);
  },
};

/** @param product as the registry writes its code */
function isInstalled({ registry }: Snapshot, product: string): boolean {
  return [...registry.keys()].some((key) => key.endsWith(`\\Products\\${product}\\InstallProperties`));
}

/** Rules of the documentation that Wine breaks, told by what it leaves behind and we do not. */
export const wineBreaks: readonly Excuse[] = [
  {
    name: 'upgrade code of a product that another one replaced',
    because:
      '"RegisterProduct", "Upgrade Table": the new product is on record under its upgrade code; where the old one is removed last, Wine removes the record of both.',
    holds: ({ part, name, wine }, scene) => {
      const [, key, product] = /^(.*\\UpgradeCodes\\[0-9A-F]{32})(?: -> (.*))?$/i.exec(name) ?? [];
      if (part !== 'registry' || wine !== undefined || key === undefined) return false;
      if (product !== undefined) return isInstalled(scene.own, product);
      const values = [...scene.own.registry.keys()].filter((other) => other.startsWith(`${key}${valueMark}`));
      return values.some((value) => isInstalled(scene.own, value.slice(key.length + valueMark.length)));
    },
  },
  {
    name: 'folder that nothing is left in',
    because:
      '"RemoveFolders Action": folders of components that go are removed when they are empty; Wine looks before the folders inside are gone. An .ini file without a line ("RemoveIniValues Action") keeps none there.',
    holds: ({ part, name, own }, { wine }) =>
      part === 'files' &&
      name.endsWith('/') &&
      own === undefined &&
      ![...wine.files].some(([other, content]) => other.startsWith(name) && content !== 'folder'),
  },
  {
    name: 'source that is listed twice',
    because:
      '"MsiSourceListAddSourceEx": a source that is in the list is not added again; Wine adds it with each repair.',
    holds: ({ part, name, wine, own }, scene) => {
      if (part !== 'registry' || wine === undefined) return false;
      const folder = /^\d+ n;\d+;(.*)$/.exec(wine)?.[1];
      if (name.endsWith('\\SourceList -> LastUsedSource')) return own?.endsWith(`;1;${folder}`) === true;
      const [net] = /^.*\\SourceList\\Net -> /.exec(name) ?? [];
      return net !== undefined && own === undefined && scene.wine.registry.get(`${net}1`) === wine;
    },
  },
  {
    name: 'what a condition rules out',
    because:
      '"Component Table", Condition, and "Condition Table": it is not installed; Wine registers the component nevertheless, and the feature with a repair.',
    holds: ({ part, name, wine, own }, { conditional }) => {
      if (part !== 'registry' || wine === undefined || own !== undefined) return false;
      const [, component] = /\\Components\\([0-9A-F]{32})(?: -> |$)/i.exec(name) ?? [];
      const [, feature] = /\\Features(?:\\[0-9A-F]{32})? -> (.*)$/i.exec(name) ?? [];
      return conditional.components.has(component ?? '') || conditional.features.has(feature ?? '');
    },
  },
];

const excuses = [shortNames, ...wineBreaks];

export type Comparison = {
  /** Files and folders, keys and values that were compared. */
  readonly compared: number;
  readonly differences: readonly Difference[];
  readonly excused: ReadonlyMap<string, number>;
};

/** @param before both of them, and everything that neither changed is left out of the count */
export function compare(
  before: Snapshot,
  wineNow: Snapshot,
  ownNow: Snapshot,
  conditional: Conditional,
): Comparison {
  const was = normalise(before);
  const scene: Scene = { wine: normalise(wineNow), own: normalise(ownNow), conditional };
  const differences: Difference[] = [];
  const excused = new Map<string, number>();
  let compared = 0;
  for (const part of ['files', 'registry'] as const) {
    for (const name of new Set([
      ...scene.wine[part].keys(),
      ...scene.own[part].keys(),
      ...was[part].keys(),
    ])) {
      const [wine, own, earlier] = [
        scene.wine[part].get(name),
        scene.own[part].get(name),
        was[part].get(name),
      ];
      if (wine !== earlier || own !== earlier) compared += 1;
      if (wine === own) continue;
      const difference = { part, name, wine, own };
      const excuse = excuses.find(({ holds }) => holds(difference, scene));
      if (excuse) excused.set(excuse.name, (excused.get(excuse.name) ?? 0) + 1);
      else differences.push(difference);
    }
  }
  return { compared, differences, excused };
}
