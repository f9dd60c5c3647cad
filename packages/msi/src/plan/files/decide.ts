/**
 * Keep or replace: the rules by which a file of a package meets the file of the same name on the machine. Where published
 * sources differ, docs/windows-installer-rules.md says which one is followed. Sources: "File Versioning Rules", "Default
 * File Versioning", "Replacing Existing Files", "REINSTALLMODE", learn.microsoft.com/windows/win32/msi.
 */
import { compareVersions } from '@holdfast/contract';
import type { FileTimes } from '../../host/model.ts';
import type { FileVersion } from '../../root/file-version.ts';
import type { FileRule, ReinstallMode } from '../model.ts';
import { modeText } from '../modes.ts';

/** The file in the package. */
export type PackagedFile = {
  readonly size: number;
  readonly version: string | undefined;
  /** Decimal ids, comma separated. */
  readonly languages: string | undefined;
  /** MD5 of the MsiFileHash table. */
  readonly hash: string | undefined;
  /** Whether the file carries a checksum that REINSTALLMODE=c looks at (attribute 0x400). */
  readonly checked: boolean;
};

/** The file on the machine. What costs reading is asked only where a rule needs it. */
export type ExistingFile = {
  readonly size: number;
  version(): Promise<FileVersion | undefined>;
  hash(): Promise<string | undefined>;
  times(): Promise<FileTimes | undefined>;
  /** Whether the file is what its own checksum says. */
  checksumHolds(): Promise<boolean>;
};

export type Verdict = {
  readonly do: 'install' | 'replace' | 'keep';
  readonly rule: FileRule;
  readonly reason: string;
};

/** What comparing says, whatever the mode: `order` is the package's beside the machine's, NaN where there is none. */
type Comparison = {
  readonly replace: boolean;
  readonly order: number;
  readonly rule: FileRule;
  readonly reason: string;
};

function languagesOf(list: string | undefined): readonly number[] {
  return (list ?? '')
    .split(',')
    .map((one) => Number.parseInt(one, 10))
    .filter(Number.isSafeInteger);
}

function byLanguage(packaged: PackagedFile, existing: FileVersion): Comparison {
  const [brought, there] = [languagesOf(packaged.languages), existing.languages];
  const more = brought.filter((one) => !there.includes(one));
  const version = `both are ${existing.version}`;
  if (more.length === 0) {
    const rule = brought.length > 0 ? 'language-same' : 'version-equal';
    const reason = brought.length > 0 ? `${version}, and the package brings no other language` : version;
    return { replace: false, order: 0, rule, reason };
  }
  // 0 is for any language: it adds nothing to a file that has one.
  if (more.every((one) => one === 0)) {
    return {
      replace: false,
      order: 0,
      rule: 'language-same',
      reason: `${version}, and the package is for any language`,
    };
  }
  return {
    replace: true,
    order: 0,
    rule: 'language-more',
    reason: `${version}, and the package adds language ${more.join(', ')}`,
  };
}

function byVersion(packaged: PackagedFile, version: string, existing: FileVersion): Comparison {
  const order = compareVersions(version, existing.version, 4) ?? 0;
  if (order === 0) return byLanguage(packaged, existing);
  const words = `package ${version}, machine ${existing.version}`;
  return order > 0
    ? { replace: true, order, rule: 'version-higher', reason: `${words}: the package is newer` }
    : { replace: false, order, rule: 'version-lower', reason: `${words}: the machine is newer` };
}

/** A disk that keeps no date of creation cannot show a change: the file counts as it was installed. */
function isModified(times: FileTimes | undefined): boolean {
  return times?.created !== undefined && times.modified > times.created;
}

async function unversioned(packaged: PackagedFile, existing: ExistingFile): Promise<Comparison> {
  const order = Number.NaN;
  const same =
    packaged.hash === undefined
      ? undefined
      : packaged.size === existing.size && (await existing.hash()) === packaged.hash;
  if (same)
    return { replace: false, order: 0, rule: 'hash-equal', reason: 'its hash is that of the package' };
  if (isModified(await existing.times())) {
    const reason = 'it was modified after it was made: it may be what a user wrote';
    return { replace: false, order, rule: 'modified-by-user', reason };
  }
  return same === false
    ? { replace: true, order, rule: 'hash-different', reason: 'its hash is not that of the package' }
    : {
        replace: true,
        order,
        rule: 'unmodified',
        reason: 'neither has a version or hash, and it was not modified',
      };
}

async function compare(packaged: PackagedFile, existing: ExistingFile): Promise<Comparison> {
  const version = await existing.version();
  if (packaged.version === undefined) {
    if (version === undefined) return await unversioned(packaged, existing);
    const reason = `the machine's has version ${version.version}, the package's none`;
    return { replace: false, order: Number.NaN, rule: 'unversioned-under-versioned', reason };
  }
  if (version !== undefined) return byVersion(packaged, packaged.version, version);
  const reason = `the package's has version ${packaged.version}, the machine's none`;
  return { replace: true, order: Number.NaN, rule: 'versioned-over-unversioned', reason };
}

const fileLetters = ['o', 'e', 'd'] as const;

/**
 * Decides for one file, as if it were alone: that its component is not taken, that it follows another file, and that the
 * system protects it are decided before.
 * @param existing undefined where there is no file of this name
 */
export async function decideFile(
  packaged: PackagedFile,
  existing: ExistingFile | undefined,
  mode: ReinstallMode,
): Promise<Verdict> {
  if (existing === undefined)
    return { do: 'install', rule: 'missing', reason: 'there is no file of this name' };
  if (mode.has('a')) return { do: 'replace', rule: 'forced', reason: 'REINSTALLMODE has a: every file' };
  if (mode.has('c') && packaged.checked && !(await existing.checksumHolds())) {
    return { do: 'replace', rule: 'checksum-bad', reason: 'REINSTALLMODE has c, and its checksum is wrong' };
  }
  if (!fileLetters.some((letter) => mode.has(letter))) {
    const reason = `it is there, and REINSTALLMODE=${modeText(mode)} asks for no comparison`;
    return { do: 'keep', rule: 'mode', reason };
  }
  const { replace, order, rule, reason } = await compare(packaged, existing);
  if (replace) return { do: 'replace', rule, reason };
  const sameBytes = rule === 'hash-equal';
  if (mode.has('d') && !sameBytes && order !== 0) {
    return { do: 'replace', rule, reason: `${reason}; REINSTALLMODE has d: any other version` };
  }
  if (mode.has('e') && !sameBytes && order === 0) {
    return { do: 'replace', rule, reason: `${reason}; REINSTALLMODE has e: equal ones, too` };
  }
  return { do: 'keep', rule, reason };
}
