/** Detection: whether software is present, by looking, never by remembering. */
import {
  compareVersions,
  type Detection,
  type DetectionRule,
  HoldfastError,
  type Intent,
  isHoldfastError,
  type Platform,
} from '@holdfast/contract';
import { hashFile, type Observed, splitPath, withOpen } from '@holdfast/engine';
import type { Disk, Folder, Installers, Registry } from '@holdfast/ports';
import { childPath } from '../paths.ts';

export type DetectionPorts = {
  readonly disk: Pick<Disk, 'open'>;
  readonly registry: Pick<Registry, 'read'>;
  readonly installers: Installers;
};

/** Where file rules look. */
export type DetectionPlace = {
  readonly platform: Platform;
  readonly root: string;
  /** Absolute path of the client's state folder: what `{state}` at the beginning of a path stands for. */
  readonly state: string;
};

/** Undefined: the rule holds. Otherwise why it does not, as a clause. */
type Finding = string | undefined;

/**
 * Present when every rule holds; the first that does not is the reason. For a removal it is looked at, too, whether a
 * part is left.
 * @throws HoldfastError `disk.*` and others when a rule could not be looked at: that is neither yes nor no
 */
export async function detect(
  ports: DetectionPorts,
  rules: Detection,
  place: DetectionPlace,
  intent: Intent = 'install',
): Promise<Observed> {
  let holding = 0;
  for (const rule of rules) {
    const reason = await check(ports, rule, place);
    if (reason === undefined) {
      holding += 1;
      continue;
    }
    const seen = { present: false, reason, gone: await isGone(ports, rules) };
    if (intent === 'install') return seen;
    return { ...seen, part: holding > 0 || (await anyHolds(ports, rules, place)) };
  }
  return { present: true, reason: 'every detection rule holds' };
}

/** Whether at least one rule holds. @throws HoldfastError as `detect` */
export async function anyHolds(
  ports: DetectionPorts,
  rules: readonly DetectionRule[],
  place: DetectionPlace,
): Promise<boolean> {
  for (const rule of rules) {
    if ((await check(ports, rule, place)) === undefined) return true;
  }
  return false;
}

/** Whether an installer is asked and has the software on record no more. */
async function isGone({ installers }: DetectionPorts, rules: Detection): Promise<boolean> {
  for (const rule of rules) {
    if (rule.kind === 'msi' && !(await installers.msi(rule.productCode))?.installed) return true;
    if (rule.kind === 'package' && !(await installers.dpkg(rule.name))?.installed) return true;
  }
  return false;
}

async function check(ports: DetectionPorts, rule: DetectionRule, place: DetectionPlace): Promise<Finding> {
  switch (rule.kind) {
    case 'file':
      return await checkFile(ports, rule, place);
    case 'registry': {
      const { hive, key, name, view = '64' } = rule;
      const value = await ports.registry.read({ hive, key, name, view });
      if (value === undefined) return `registry value ${hive}\\${key}\\${name} is missing`;
      if (rule.value === undefined || value === rule.value) return undefined;
      return `registry value ${hive}\\${key}\\${name} has another content`;
    }
    case 'package': {
      const state = await ports.installers.dpkg(rule.name);
      if (!state?.installed) return `dpkg package ${rule.name} is not installed`;
      if (rule.version === undefined || state.version === rule.version) return undefined;
      return `dpkg package ${rule.name} is installed in version ${state.version ?? 'unknown'}`;
    }
    case 'msi': {
      const state = await ports.installers.msi(rule.productCode);
      if (!state?.installed) return `product ${rule.productCode} is not installed`;
      const { minimumVersion: least } = rule;
      if (least === undefined) return undefined;
      if (state.version !== undefined && isAtLeast(state.version, least)) return undefined;
      return `product ${rule.productCode} is installed in version ${state.version ?? 'unknown'}`;
    }
  }
}

type FileRule = Extract<DetectionRule, { kind: 'file' }>;

async function checkFile(ports: DetectionPorts, rule: FileRule, place: DetectionPlace): Promise<Finding> {
  const { start, names } = locate(rule.path, place);
  try {
    return await withOpen(ports.disk.open(start), async (root) => {
      return await lookBelow(root, names, (folder, name) => checkThere(ports, rule, folder, name));
    });
  } catch (thrown) {
    if (isHoldfastError(thrown, 'disk.not-found')) return `file ${rule.path} is missing`;
    throw thrown;
  }
}

/** The folder to start from, and the names below it. @throws HoldfastError `command.invalid`, `disk.outside` */
export function locate(
  path: string,
  place: DetectionPlace,
): { readonly start: string; readonly names: [string, ...string[]] } {
  const [, ofState] = /^\{state\}[/\\](.+)$/.exec(path) ?? [];
  if (ofState !== undefined) {
    return { start: place.state, names: splitPath(ofState, place.platform === 'windows' ? '\\' : '/') };
  }
  if (place.platform !== 'windows') {
    if (path.startsWith('/')) return { start: place.root, names: splitPath(path) };
  } else {
    const [, drive, rest] = /^([A-Za-z]:\\)(.+)$/.exec(path) ?? [];
    if (drive !== undefined && rest !== undefined) return { start: drive, names: splitPath(rest, '\\') };
  }
  throw new HoldfastError('command.invalid', 'The path of a file rule is not absolute.', {
    details: { path: path.slice(0, 200) },
  });
}

/** Goes down handle by handle: a link on the way, wherever it leads, is not followed and does not count. */
async function lookBelow(
  folder: Folder,
  [name, next, ...rest]: [string, ...string[]],
  look: (folder: Folder, name: string) => Promise<Finding>,
): Promise<Finding> {
  if (next === undefined) return await look(folder, name);
  const entry = await folder.entry(name);
  if (entry?.kind === 'link') return `${name} on the way to the file is a link`;
  if (entry?.kind !== 'folder') return `folder ${name} is missing`;
  return await withOpen(folder.folder(name), async (below) => {
    return await lookBelow(below, [next, ...rest], look);
  });
}

async function checkThere(
  ports: DetectionPorts,
  rule: FileRule,
  folder: Folder,
  name: string,
): Promise<Finding> {
  const entry = await folder.entry(name);
  if (!entry) return `file ${rule.path} is missing`;
  if (entry.kind !== 'file') return `${rule.path} is not a file`;
  if (rule.sha256 !== undefined && (await hashFile(folder, name)).sha256 !== rule.sha256) {
    return `file ${rule.path} has another content`;
  }
  if (rule.minimumVersion === undefined) return undefined;
  const version = await ports.installers.fileVersion(childPath(folder, name));
  if (version !== undefined && isAtLeast(version, rule.minimumVersion)) return undefined;
  return `file ${rule.path} has version ${version ?? 'none'}`;
}

/** What is no version is none that is high enough. */
function isAtLeast(version: string, least: string): boolean {
  return (compareVersions(version, least) ?? -1) >= 0;
}
