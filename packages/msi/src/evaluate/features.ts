/**
 * Which features a first installation takes: levels, the properties that ask for features by name, parents.
 * Sources: "Feature Table", "INSTALLLEVEL", "ADDLOCAL", learn.microsoft.com/windows/win32/msi.
 */
import type { Feature, Product } from '../product/model.ts';
import { tooMuch } from '../product/rows.ts';
import type { FeatureAction, FeatureState } from './model.ts';

/** Bits of Feature.Attributes. */
const bits = { favorSource: 1, followParent: 2, favorAdvertise: 4, disallowAdvertise: 8, disallowAbsent: 16 };

export type FeatureRequest = {
  readonly product: Product;
  property(name: string): string | undefined;
  /** Whether a row of the Condition table holds. */
  holds(condition: string): boolean;
};

export type Choice = {
  readonly state: FeatureAction;
  readonly why: string;
  /** REINSTALL asks for it: only where it is installed. */
  readonly again?: boolean;
};

/** What a feature becomes when nothing says how it is installed. */
function ownState({ attributes }: Feature, mayAdvertise: boolean): FeatureAction {
  if (mayAdvertise && (attributes & bits.favorAdvertise) !== 0) return 'advertised';
  return (attributes & bits.favorSource) !== 0 ? 'source' : 'local';
}

type Asking = {
  readonly property: string;
  /** What the names in the property are. */
  readonly of: 'feature' | 'component' | 'file';
  readonly state: (feature: Feature) => FeatureAction;
  readonly again?: boolean;
};

const asLocal = (): FeatureAction => 'local';
const asSource = (): FeatureAction => 'source';
const asDefault = (feature: Feature): FeatureAction => ownState(feature, false);

/** In the order in which the installer evaluates them; a later one wins. */
const askings: readonly Asking[] = [
  { property: 'ADDLOCAL', of: 'feature', state: asLocal },
  { property: 'REMOVE', of: 'feature', state: () => 'absent' },
  { property: 'ADDSOURCE', of: 'feature', state: asSource },
  { property: 'ADDDEFAULT', of: 'feature', state: asDefault },
  { property: 'REINSTALL', of: 'feature', state: asLocal, again: true },
  {
    property: 'ADVERTISE',
    of: 'feature',
    state: (feature) =>
      (feature.attributes & bits.disallowAdvertise) === 0 ? 'advertised' : ownState(feature, false),
  },
  { property: 'COMPADDLOCAL', of: 'component', state: asLocal },
  { property: 'COMPADDSOURCE', of: 'component', state: asSource },
  { property: 'COMPADDDEFAULT', of: 'component', state: asDefault },
  { property: 'FILEADDLOCAL', of: 'file', state: asLocal },
  { property: 'FILEADDSOURCE', of: 'file', state: asSource },
  { property: 'FILEADDDEFAULT', of: 'file', state: asDefault },
];

/** Whether properties choose the features: of the command line, that sets Preselected. */
export function choosesFeatures(properties: Readonly<Record<string, string>>): boolean {
  return askings.some(({ property }) => (properties[property] ?? '') !== '');
}

/** Levels after the rows of the Condition table; what lies below a feature of level 0 is disabled with it. */
export function levelsOf({ product, holds }: FeatureRequest): Map<string, number> {
  const levels = new Map<string, number>();
  for (const { id, parent, level, conditions } of topDown(product.features)) {
    const isDisabled = parent !== undefined && (levels.get(parent) ?? 0) <= 0;
    const own = conditions.reduce((before, one) => (holds(one.condition) ? one.level : before), level);
    levels.set(id, isDisabled ? Math.min(own, 0) : own);
  }
  return levels;
}

/** Names in one property; more features than that no product has. */
const mostNames = 10_000;

/** Finds the feature that brings a component or a file, the smallest where several do: COMPADD and FILEADD. */
function ownerFinder({ components, files, features }: Product) {
  const smallest = new Map<string, Feature>();
  for (const feature of features.values()) {
    for (const id of feature.components) {
      const before = smallest.get(id);
      if (before === undefined || feature.components.length < before.components.length) {
        smallest.set(id, feature);
      }
    }
  }
  const byCode = new Map<string, string>();
  for (const { id, componentId } of components.values()) byCode.set(componentId ?? id, id);
  return (of: 'component' | 'file', name: string): Feature | undefined => {
    if (of === 'file') return smallest.get(files.get(name)?.component ?? '');
    // The property has component codes; keys are taken too.
    return smallest.get(byCode.get(name.toUpperCase()) ?? name);
  };
}

export type Asked = {
  readonly choices: Map<string, Choice>;
  readonly unknown: string[];
  readonly any: boolean;
};

/** What the properties ask for; features of level 0 are not there for anyone. */
export function asked({ product, property }: FeatureRequest, levels: ReadonlyMap<string, number>): Asked {
  const choices = new Map<string, Choice>();
  const unknown: string[] = [];
  let any = false;
  const ownerOf = ownerFinder(product);
  for (const { property: name, of, state, again = false } of askings) {
    const value = property(name);
    if (value === undefined || value === '') continue;
    any = true;
    const names = value.split(',', mostNames + 1).map((word) => word.trim());
    if (names.length > mostNames) throw tooMuch('Property', name, `it has more than ${mostNames} names`);
    const all = of === 'feature' && names.some((word) => word.toUpperCase() === 'ALL');
    const features = all
      ? [...product.features.values()]
      : names.flatMap((word) => {
          const found = of === 'feature' ? product.features.get(word) : ownerOf(of, word);
          if (found === undefined && word !== '') unknown.push(word);
          return found ?? [];
        });
    for (const feature of features) {
      if ((levels.get(feature.id) ?? 0) <= 0) continue;
      const why = `${name} asks for ${all ? 'ALL' : 'it'}`;
      choices.set(feature.id, { state: state(feature), why, ...(again ? { again } : {}) });
    }
  }
  return { choices, unknown, any };
}

function byLevel(feature: Feature, level: number, installLevel: number): Choice {
  if (level <= 0) return { state: 'absent', why: 'its level is 0' };
  if (level > installLevel) {
    return { state: 'absent', why: `its level ${level} is above INSTALLLEVEL ${installLevel}` };
  }
  return {
    state: ownState(feature, true),
    why: `its level ${level} is within INSTALLLEVEL ${installLevel}`,
  };
}

/** A feature that is asked for needs its parents, unless they are removed by name; `absent` needs nothing. */
export function withParents(
  product: Product,
  choices: Map<string, Choice>,
  levels: ReadonlyMap<string, number>,
): void {
  for (const [id, { state, again }] of [...choices]) {
    if (state === 'absent' || again) continue;
    let parent = product.features.get(product.features.get(id)?.parent ?? '');
    while (parent !== undefined) {
      if (choices.has(parent.id) || (levels.get(parent.id) ?? 0) <= 0) break;
      choices.set(parent.id, { state, why: `the feature ${id} below it is asked for` });
      parent = product.features.get(parent.parent ?? '');
    }
  }
}

/** Parents before children. */
export function topDown(features: ReadonlyMap<string, Feature>): Feature[] {
  const children = new Map<string | undefined, Feature[]>();
  for (const feature of features.values()) {
    const siblings = children.get(feature.parent);
    if (siblings === undefined) children.set(feature.parent, [feature]);
    else siblings.push(feature);
  }
  const ordered = [...(children.get(undefined) ?? [])];
  for (const feature of ordered) ordered.push(...(children.get(feature.id) ?? []));
  return ordered;
}

/** What its parent makes of a child's choice. */
function below(feature: Feature, level: number, choice: Choice, parent: FeatureState | undefined): Choice {
  if (parent === undefined) return choice;
  const { state } = parent;
  if (state === 'absent') {
    return choice.state === 'absent'
      ? choice
      : { state: 'absent', why: `its parent ${parent.feature.id} is absent` };
  }
  if ((feature.attributes & bits.followParent) === 0 || level <= 0) return choice;
  // A follower that may be absent stays absent; otherwise it does what its parent does.
  if (choice.state === 'absent' && (feature.attributes & bits.disallowAbsent) === 0) return choice;
  return choice.state === state ? choice : { state, why: `it follows its parent ${parent.feature.id}` };
}

/** States of all features, and the names that the properties ask for in vain. */
export function featureStates(request: FeatureRequest): {
  states: Map<string, FeatureState>;
  unknown: readonly string[];
} {
  const { product } = request;
  const levels = levelsOf(request);
  const wanted = Number.parseInt(request.property('INSTALLLEVEL') ?? '', 10);
  const installLevel = wanted > 0 ? wanted : 1;
  const { choices, unknown, any } = asked(request, levels);
  withParents(product, choices, levels);
  const states = new Map<string, FeatureState>();
  for (const feature of topDown(product.features)) {
    const level = levels.get(feature.id) ?? 0;
    const unasked: Choice =
      level <= 0 || !any
        ? byLevel(feature, level, installLevel)
        : { state: 'absent', why: 'the properties ask for other features' };
    const named = choices.get(feature.id) ?? unasked;
    const choice: Choice = named.again
      ? { state: 'absent', why: 'REINSTALL takes only features that are installed' }
      : named;
    const settled = below(feature, level, choice, states.get(feature.parent ?? ''));
    states.set(feature.id, { feature, level, ...settled });
  }
  return { states, unknown };
}
