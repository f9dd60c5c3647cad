/** What a package says of itself, and the software that follows from it. */
import {
  HoldfastError,
  type InstallerDescription,
  type InstallerFeature,
  type InstallerSoftware,
  isHoldfastError,
  type ProgramDefinition,
} from '@holdfast/contract';
import {
  type Component,
  type Database,
  deriveSoftware,
  type Evaluation,
  type Feature,
  type FeatureState,
  type Product,
  type ProductFile,
  type RegistryRow,
  summaryProperties,
} from '@holdfast/msi';
import { cautionsOf } from './loop.ts';
import type { InstallerContent } from './questions.ts';
import { cut, cutOrNull } from './text.ts';

/** Features, and streams, of one description. The Windows Installer itself allows 1,600 components a feature. */
const mostListed = 2000;
/** Sentences beside a program. */
const mostNotes = 20;
/** Conditions of one feature that are told. */
const mostConditions = 20;

/** What belongs to each component. */
type Held = {
  readonly files: ReadonlyMap<Component['id'], readonly ProductFile[]>;
  readonly registry: ReadonlyMap<Component['id'], readonly RegistryRow[]>;
};

function featureOf(feature: Feature, state: FeatureState | undefined, held: Held): InstallerFeature {
  let [files, bytes, registry] = [0, 0, 0];
  for (const component of new Set(feature.components)) {
    registry += held.registry.get(component)?.length ?? 0;
    for (const file of held.files.get(component) ?? []) {
      files += 1;
      bytes += file.size;
    }
  }
  return {
    id: cut(feature.id),
    parent: cutOrNull(feature.parent),
    title: cut(feature.title),
    description: cut(feature.description),
    level: feature.level,
    byDefault: state !== undefined && state.state !== 'absent',
    why: cut(state?.why ?? 'its conditions cannot be evaluated'),
    conditions: feature.conditions
      .slice(0, mostConditions)
      .map(({ level, condition }) => ({ level, condition: cut(condition) })),
    components: feature.components.length,
    files,
    bytes,
    registry,
  };
}

function summaryOf(product: Product): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(summaryProperties).flatMap(([number, name]) => {
      const value = product.summary.get(Number(number));
      if (value === undefined) return [];
      if (value.kind === 'time') return [[name, new Date(value.time).toISOString()]];
      return [[name, value.kind === 'number' ? value.number : cut(value.text)]];
    }),
  );
}

/** By the Display column of the Feature table; those that it hides come last. */
async function inDisplayOrder(product: Product): Promise<Feature[]> {
  const places = new Map(
    (await product.rows('Feature')).map(({ Feature: id, Display: place }) => [
      String(id),
      typeof place === 'number' && place > 0 ? place : Number.POSITIVE_INFINITY,
    ]),
  );
  const placeOf = ({ id }: Feature) => places.get(id) ?? Number.POSITIVE_INFINITY;
  const compare = (one: number, other: number) => (one === other ? 0 : one - other);
  return [...product.features.values()].sort((one, other) => compare(placeOf(one), placeOf(other)));
}

/** Command lines of a package that lies in a folder of the content. */
function inFolder(program: ProgramDefinition, path: string): ProgramDefinition {
  const slash = path.lastIndexOf('/');
  if (slash < 0) return program;
  if (path.includes('"')) {
    throw new HoldfastError('request.invalid', 'The path of the package cannot stand in a command line.');
  }
  const name = path.slice(slash + 1);
  const placed = (line: string) =>
    line.replaceAll(`"{content}\\${name}"`, () => `"{content}\\${path.replaceAll('/', '\\')}"`);
  return {
    ...program,
    install: placed(program.install),
    ...(program.repair === undefined ? {} : { repair: placed(program.repair) }),
    ...(program.uninstall === undefined ? {} : { uninstall: placed(program.uninstall) }),
  };
}

async function softwareOf(
  product: Product,
  path: string,
): Promise<{ software: InstallerSoftware | null; reason: string | null }> {
  try {
    const derived = await deriveSoftware(product, path.slice(path.lastIndexOf('/') + 1));
    const program = inFolder(derived.program, path);
    const software = {
      name: derived.name,
      version: derived.version,
      publisher: derived.publisher ?? '',
      scope: derived.scope,
      program,
      notes: [...derived.notes.map(cut), ...(await cautionsOf(program, product, path))].slice(0, mostNotes),
    };
    return { software, reason: null };
  } catch (thrown) {
    if (!isHoldfastError(thrown)) throw thrown;
    return { software: null, reason: cut(thrown.message) };
  }
}

/** @throws HoldfastError `msi.invalid`, `msi.limit` */
export async function describeInstaller(
  content: InstallerContent,
  {
    database,
    product,
    evaluation,
  }: { database: Database; product: Product; evaluation: Evaluation | undefined },
): Promise<InstallerDescription> {
  const held: Held = {
    files: Map.groupBy(product.files.values(), ({ component }) => component),
    registry: Map.groupBy(product.registry, ({ component }) => component),
  };
  let bytes = 0;
  for (const { size } of product.files.values()) bytes += size;
  return {
    ...content,
    kind: product.kind,
    name: cutOrNull(product.name),
    version: cutOrNull(product.version),
    publisher: cutOrNull(product.manufacturer),
    productCode: cutOrNull(product.productCode),
    upgradeCode: cutOrNull(product.upgradeCode),
    language: product.language ?? null,
    architecture: product.architecture,
    codePage: database.codePage,
    summary: summaryOf(product),
    totals: {
      features: product.features.size,
      components: product.components.size,
      files: product.files.size,
      bytes,
      registry: product.registry.length,
      tables: database.tables.length,
      streams: database.streams.length,
    },
    features: (await inDisplayOrder(product))
      .slice(0, mostListed)
      .map((feature) => featureOf(feature, evaluation?.features.get(feature.id), held)),
    streams: database.streams.slice(0, mostListed).map(({ name, size }) => ({ name: cut(name), size })),
    ...(await softwareOf(product, content.path)),
  };
}
