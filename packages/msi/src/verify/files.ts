/** Files of installed components: there, and the ones that the package has? */

import { createHash } from 'node:crypto';
import { compareVersions } from '@holdfast/contract';
import type { Content } from '../content/content.ts';
import type { ProductFile } from '../product/model.ts';
import { fileHash } from '../root/file-hash.ts';
import { fileVersion } from '../root/file-version.ts';
import type { Root } from '../root/root.ts';
import type { Difference, DifferenceKind, Findings } from './model.ts';

/** A file and where it belongs. */
export type ExpectedFile = {
  readonly file: ProductFile;
  readonly path: string;
  readonly component: string;
  readonly feature: string;
  /** Whether the component keeps what is there already: attribute 128, never overwrite. */
  readonly kept: boolean;
};

type Looked =
  | { readonly verdict: 'same' }
  | {
      readonly verdict: 'differs';
      readonly kind: DifferenceKind;
      readonly expected: string;
      readonly found: string;
      readonly why: string;
    }
  /** Only the bytes can tell. */
  | { readonly verdict: 'undecided' };

const same: Looked = { verdict: 'same' };
const undecided: Looked = { verdict: 'undecided' };

function differs(kind: DifferenceKind, expected: string, found: string, why: string): Looked {
  return { verdict: 'differs', kind, expected, found, why };
}

/** The version rules of the installer, 64-bit numbers of four parts; source: learn.microsoft.com, "File Versioning Rules". */
function byVersion(expected: string, found: string | undefined): Looked {
  if (found === undefined) {
    const why = 'By version: the file has none and the one of the package has; a repair replaces it.';
    return differs('file-different', `version ${expected}`, 'no version', why);
  }
  const difference = compareVersions(found, expected, 4);
  if (difference === undefined || difference === 0) return undecided;
  return difference < 0
    ? differs(
        'file-older',
        `version ${expected}`,
        `version ${found}`,
        'By version: it is lower; a repair replaces it.',
      )
    : differs(
        'file-newer',
        `version ${expected}`,
        `version ${found}`,
        'By version: it is higher; a repair keeps it unless its mode has d or a.',
      );
}

async function look({ file, path }: ExpectedFile, root: Root): Promise<Looked> {
  const entry = await root.files.stat(path);
  const expected = file.version === undefined ? `${file.size} bytes` : `version ${file.version}`;
  if (!entry)
    return differs(
      'file-missing',
      expected,
      'nothing',
      'There is no file of this name; a repair brings it back.',
    );
  if (entry.kind !== 'file') {
    const why = 'A file belongs there; links are not followed.';
    return differs(
      'file-different',
      expected,
      entry.kind === 'folder' ? 'a folder' : 'a link or device',
      why,
    );
  }
  if (file.version !== undefined) {
    const found = await root.files.read(path, fileVersion);
    const verdict = byVersion(file.version, found?.version);
    if (verdict.verdict !== 'undecided') return verdict;
  }
  if (entry.size !== file.size) {
    const rule = file.version === undefined ? 'By size' : `By size: the version is the same, ${file.version}`;
    return differs('file-different', `${file.size} bytes`, `${entry.size} bytes`, `${rule}.`);
  }
  if (file.hash === undefined) return undecided;
  const hash = await root.files.read(path, fileHash);
  if (hash === file.hash) return same;
  const why =
    'By hash (MsiFileHash); Windows Installer keeps an unversioned file that somebody changed unless its mode has a.';
  return differs('file-different', `MD5 ${file.hash}`, `MD5 ${hash ?? 'unknown'}`, why);
}

function report({ component, feature, path }: ExpectedFile, looked: Looked, findings: Findings): void {
  if (looked.verdict !== 'differs') return;
  const { kind, expected, found, why } = looked;
  const difference: Difference = { kind, component, feature, path, expected, found, why };
  findings.differences.push(difference);
}

/** Verdicts so far, in the order of the files. */
type Verdicts = Map<ExpectedFile, Looked>;

/** What names and numbers leave open, and what they call another file: the bytes decide. */
async function compareContent(verdicts: Verdicts, content: Content, root: Root): Promise<void> {
  const open = new Map<string, ExpectedFile>();
  for (const [expected, looked] of verdicts) {
    const isMissing = looked.verdict === 'differs' && looked.kind === 'file-missing';
    if (!isMissing) open.set(expected.file.id, expected);
  }
  if (open.size === 0) return;
  for await (const { files, content: bytes } of content.all((file) => open.has(file.id))) {
    const hash = createHash('md5');
    for await (const piece of bytes) hash.update(piece);
    const digest = hash.digest('hex');
    for (const expected of files.flatMap((file) => open.get(file.id) ?? [])) {
      const found = await root.files.read(expected.path, fileHash);
      if (found === digest) verdicts.set(expected, same);
      if (found === digest || verdicts.get(expected)?.verdict === 'differs') continue;
      const alike = expected.file.version === undefined ? 'size is' : 'size and version are';
      const why = `By content: the ${alike} the same, the bytes are not.`;
      verdicts.set(expected, differs('file-different', `MD5 ${digest}`, `MD5 ${found ?? 'unknown'}`, why));
    }
  }
}

/**
 * Compares files by version, then by hash and size, and by their bytes where those decide nothing.
 * @param content undefined where the bytes of the package are not at hand
 */
export async function verifyFiles(
  files: readonly ExpectedFile[],
  root: Root,
  content: Content | undefined,
  findings: Findings,
): Promise<void> {
  const verdicts: Verdicts = new Map();
  const notJudged = ({ component, path }: ExpectedFile, why: string) =>
    findings.notJudged.push({ component, what: path, why });
  for (const expected of files) {
    if (!root.files.covers(expected.path)) {
      notJudged(expected, 'It lies on a drive that this root does not have.');
      continue;
    }
    findings.compared.files += 1;
    const looked = await look(expected, root);
    const isThere = looked.verdict !== 'differs' || looked.kind !== 'file-missing';
    if (looked.verdict !== 'same' && !(expected.kept && isThere)) verdicts.set(expected, looked);
  }
  if (content !== undefined) await compareContent(verdicts, content, root);
  for (const [expected, looked] of verdicts) {
    if (looked.verdict === 'differs') report(expected, looked, findings);
    if (looked.verdict !== 'undecided') continue;
    notJudged(
      expected,
      'Only its size and version could be compared: the package names no hash, and its content is not at hand.',
    );
  }
}
