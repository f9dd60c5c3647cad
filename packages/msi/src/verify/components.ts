/** Which components are installed, and where: by what Windows Installer has written down, or else by the package. */
import type { ComponentState, Evaluation } from '../evaluate/model.ts';
import type { Component, Product } from '../product/model.ts';
import { type InstalledProduct, type RecordedKeyPath, recordedKeyPath } from '../root/registration.ts';
import type { Root } from '../root/root.ts';
import type { ComponentFinding } from './model.ts';

export type Recorded = {
  readonly product: InstalledProduct | undefined;
  /** By id of the component; only those that have one on record. */
  readonly keyPaths: ReadonlyMap<string, RecordedKeyPath>;
};

export function recordedOf(
  product: Product,
  root: Pick<Root, 'registry'>,
  registered: InstalledProduct | undefined,
): Recorded {
  const keyPaths = new Map<string, RecordedKeyPath>();
  for (const { id, componentId } of product.components.values()) {
    if (!registered || componentId === undefined) continue;
    const recorded = recordedKeyPath(root.registry, registered, componentId);
    if (recorded) keyPaths.set(id, recorded);
  }
  return { product: registered, keyPaths };
}

/** Where directories and files are. */
type Places = Pick<Evaluation, 'directories' | 'files'>;

/** Windows path of the file or folder that is the key path; undefined for others. */
export function keyPathOf(component: Component, evaluation: Places): string | undefined {
  const { keyPath } = component;
  if (keyPath.kind === 'file') return evaluation.files.get(keyPath.file);
  if (keyPath.kind === 'directory') return evaluation.directories.get(keyPath.directory);
  return undefined;
}

export function samePath(one: string, other: string): boolean {
  const plain = (path: string) => path.toLowerCase().replace(/\\+$/, '');
  return plain(one) === plain(other);
}

type Finding = Pick<ComponentFinding, 'installed' | 'why'>;

function findingOf(
  { component, state, why }: ComponentState,
  evaluation: Evaluation,
  recorded: Recorded,
  sharing: readonly ComponentState[],
): Finding {
  const id = component.id;
  if (recorded.product === undefined || component.componentId === undefined) {
    return { installed: state === 'local', why };
  }
  const keyPath = recorded.keyPaths.get(id);
  if (keyPath === undefined) {
    return { installed: false, why: 'Windows Installer has no key path on record for it' };
  }
  const own = keyPathOf(component, evaluation);
  // Components that share a GUID share the record, too: it belongs to the one whose key path it names.
  if (sharing.length > 0 && keyPath.kind === 'path' && own !== undefined && !samePath(own, keyPath.path)) {
    return {
      installed: false,
      why: `the record of its GUID names the key path of another component, ${keyPath.path}`,
    };
  }
  // Variants of one file: where the conditions leave one of them, the record is that one's.
  const left = state === 'local' ? undefined : sharing.find((other) => other.state === 'local');
  const leftPath = left && keyPathOf(left.component, evaluation);
  if (left && own !== undefined && leftPath !== undefined && samePath(own, leftPath)) {
    return { installed: false, why: `the record of its GUID is that of ${left.component.id}: ${why}` };
  }
  const text = keyPath.kind === 'path' ? keyPath.path : keyPath.text;
  return { installed: true, why: `its key path is on record as ${text}` };
}

/** Wine puts components on record whose conditions do not hold, and then installs nothing of them. */
function isWine({ registry }: Root): boolean {
  return registry.keys({ hive: 'HKCU', key: 'Software\\Wine', view: '64' }) !== undefined;
}

/** Every component of the package, in stored order. */
export function componentFindings(
  evaluation: Evaluation,
  recorded: Recorded,
  root: Root,
): readonly ComponentFinding[] {
  const careless = isWine(root);
  const guidOf = ({ component }: ComponentState) => component.componentId?.toUpperCase() ?? '';
  const byGuid = Map.groupBy(evaluation.components.values(), guidOf);
  return [...evaluation.components.values()].map((state) => {
    const sharing = (byGuid.get(guidOf(state)) ?? []).filter((other) => other !== state);
    const { condition, id } = state.component;
    const doubtful = careless && condition !== undefined && !evaluation.holds(condition);
    return { component: id, doubtful, ...findingOf(state, evaluation, recorded, sharing) };
  });
}

/** Names of a path, its drive first. */
function namesOf(path: string): string[] {
  return path.split('\\').filter((name) => name !== '');
}

/**
 * Directories that lie elsewhere than the package would put them, by id: what somebody who chose another folder has
 * given as properties. Found from recorded key paths: the names at their ends that agree are the package's own.
 */
export function relocations(
  product: Product,
  evaluation: Places,
  recorded: Recorded,
): ReadonlyMap<string, string> {
  const byPath = new Map(
    [...evaluation.directories].map(([id, path]) => [namesOf(path).join('\\').toLowerCase(), id]),
  );
  const found = new Map<string, string>();
  const guids = new Set<string>();
  for (const component of product.components.values()) {
    const guid = component.componentId ?? '';
    const recordedPath = recorded.keyPaths.get(component.id);
    const own = keyPathOf(component, evaluation);
    if (recordedPath?.kind !== 'path' || own === undefined || guids.has(guid)) continue;
    guids.add(guid);
    const [expected, real] = [namesOf(own), namesOf(recordedPath.path)];
    while (
      expected.length > 1 &&
      real.length > 1 &&
      expected.at(-1)?.toLowerCase() === real.at(-1)?.toLowerCase()
    ) {
      expected.pop();
      real.pop();
    }
    if (samePath(own, recordedPath.path) || expected.length === namesOf(own).length) continue;
    const directory = byPath.get(expected.join('\\').toLowerCase());
    if (directory !== undefined) found.set(directory, `${real.join('\\')}\\`);
  }
  return found;
}
