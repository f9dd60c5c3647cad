/** Properties, directories and states while an installation goes on, and what conditions and texts see of them. */
import type { Product } from '../product/model.ts';
import { type Condition, parseCondition } from './condition.ts';
import { conditionHolds } from './condition-truth.ts';
import { hugeCondition, type SymbolKind } from './condition-words.ts';
import { windowsName } from './directories.ts';
import { formatText } from './formatted.ts';
import {
  type ComponentAction,
  type ComponentState,
  type FeatureAction,
  type FeatureState,
  stateNumbers,
  type TargetMachine,
} from './model.ts';

/** Characters of all conditions of a package that are different. */
const mostCharacters = 1024 * 1024;

/** What stays absent is not acted on. */
function actionNumber(state: FeatureAction | ComponentAction | undefined): number | undefined {
  if (state === undefined) return undefined;
  return state === 'absent' ? stateNumbers.unknown : stateNumbers[state];
}

/** Numbers of INSTALLSTATE that conditions see where a product is installed already; undefined for unknown names. */
export type InstalledStates = {
  feature(id: string): { readonly installed: number; readonly action: number } | undefined;
  component(id: string): { readonly installed: number; readonly action: number } | undefined;
};

export type Scene = {
  readonly product: Product;
  readonly machine: TargetMachine;
  readonly properties: Map<string, string>;
  /** These four are empty until the installer has counted what things cost. */
  readonly directories: Map<string, string>;
  readonly features: Map<string, FeatureState>;
  readonly components: Map<string, ComponentState>;
  readonly files: Map<string, string>;
  /** Set by who plans for a product that is installed; without it nothing of the product is there yet. */
  states: InstalledStates | undefined;
  property(name: string): string | undefined;
  /** An empty value takes the property away. */
  setProperty(name: string, value: string): void;
  holds(condition: string): boolean;
  format(text: string): string;
  /** Puts the paths of files where the directories are now. */
  placeFiles(): void;
};

function symbolOf(scene: Scene, of: SymbolKind, name: string): string | number | undefined {
  switch (of) {
    case '':
      return scene.property(name);
    case '%':
      return scene.machine.environment.get(name.toUpperCase());
    case '&':
      if (scene.states) return scene.states.feature(name)?.action;
      return actionNumber(scene.features.get(name)?.state);
    case '$':
      if (scene.states) return scene.states.component(name)?.action;
      return actionNumber(scene.components.get(name)?.state);
    // Nothing of the product is there yet.
    case '!':
      if (scene.states) return scene.states.feature(name)?.installed;
      return scene.features.has(name) ? stateNumbers.absent : undefined;
    case '?':
      if (scene.states) return scene.states.component(name)?.installed;
      return scene.components.has(name) ? stateNumbers.absent : undefined;
  }
}

function referenceOf(scene: Scene, reference: string): string {
  const name = reference.slice(1);
  switch (reference.charAt(0)) {
    case '%':
      return scene.machine.environment.get(name.toUpperCase()) ?? '';
    case '#':
    case '!':
      return scene.files.get(name) ?? '';
    case '$': {
      const known = scene.components.get(name);
      if (known === undefined || known.state === 'absent') return '';
      return scene.directories.get(known.component.directory) ?? '';
    }
    default:
      return scene.property(reference) ?? '';
  }
}

function placeFiles({ product, directories, files, property }: Scene): void {
  const short = property('SHORTFILENAMES') !== undefined;
  for (const { id, component, name } of product.files.values()) {
    const directory = directories.get(product.components.get(component)?.directory ?? '') ?? '';
    files.set(id, `${directory}${windowsName('File', id, name, short)}`);
  }
}

type ConditionParser = (condition: string) => Condition | undefined;

const parsers = new WeakMap<Product, ConditionParser>();

/** Parses every condition of a product once. */
function parserOf(product: Product): ConditionParser {
  const parser = parsers.get(product) ?? conditionParser();
  parsers.set(product, parser);
  return parser;
}

function conditionParser(): ConditionParser {
  const parsed = new Map<string, Condition | undefined>();
  let characters = 0;
  return (condition) => {
    if (!parsed.has(condition)) {
      characters += condition.length;
      if (characters > mostCharacters) throw hugeCondition(condition, 'is one of too many long ones');
      parsed.set(condition, parseCondition(condition));
    }
    return parsed.get(condition);
  };
}

export function openScene(
  product: Product,
  machine: TargetMachine,
  properties: ReadonlyMap<string, string>,
): Scene {
  const values = new Map([...properties].filter(([, value]) => value !== ''));
  const parse = parserOf(product);
  const scene: Scene = {
    product,
    machine,
    properties: values,
    directories: new Map(),
    features: new Map(),
    components: new Map(),
    files: new Map(),
    states: undefined,
    property: (name) => values.get(name),
    setProperty(name, value) {
      if (value === '') values.delete(name);
      else values.set(name, value);
    },
    holds: (condition) => conditionHolds(parse(condition), (of, name) => symbolOf(scene, of, name)),
    format: (text) => formatText(text, (reference) => referenceOf(scene, reference)),
    placeFiles: () => placeFiles(scene),
  };
  return scene;
}
