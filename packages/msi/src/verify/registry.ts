/** Registry values of installed components. */
import type { Evaluation } from '../evaluate/model.ts';
import type { RegistryRow } from '../product/model.ts';
import { dataText, type RegistryData } from '../root/data.ts';
import type { RegistryPlace } from '../root/registry.ts';
import type { Root } from '../root/root.ts';
import type { Difference, Findings } from './model.ts';

export type ExpectedRow = {
  readonly row: RegistryRow;
  readonly component: string;
  readonly feature: string;
  /** View that the component writes to. */
  readonly view: RegistryPlace['view'];
};

/** What a value must be. */
type Wanted =
  | { readonly kind: 'exact'; readonly data: RegistryData }
  /** Added to what is there: before or behind it. */
  | { readonly kind: 'contains'; readonly texts: readonly string[] };

/** Source: learn.microsoft.com, "Registry table": prefixes of the Value column, and `[~]`, which stands here as NUL. */
function wantedOf(text: string): Wanted | undefined {
  if (text.includes('\0')) {
    const texts = text.split('\0').filter((one) => one !== '');
    return /^\0|\0$/.test(text)
      ? { kind: 'contains', texts }
      : { kind: 'exact', data: { kind: 'texts', texts } };
  }
  if (text.startsWith('##')) return { kind: 'exact', data: { kind: 'text', text: text.slice(1) } };
  if (text.startsWith('#%')) return { kind: 'exact', data: { kind: 'expandable', text: text.slice(2) } };
  if (/^#x/i.test(text)) {
    const digits = text.slice(2);
    if (!/^[0-9a-f]*$/i.test(digits)) return undefined;
    const even = digits.length % 2 === 0 ? digits : `0${digits}`;
    return { kind: 'exact', data: { kind: 'bytes', type: 3, bytes: Buffer.from(even, 'hex') } };
  }
  if (text.startsWith('#')) {
    const number = Number(text.slice(1));
    // No number behind it: it is text as it stands.
    if (!/^#[+-]?\d{1,10}$/.test(text)) return { kind: 'exact', data: { kind: 'text', text } };
    return { kind: 'exact', data: { kind: 'number', number: number >>> 0 } };
  }
  return { kind: 'exact', data: { kind: 'text', text } };
}

/** `PROGRA~1`, `NUNI~DFZ.2`: how a short name looks; its first letters are the long one's. */
const shortName = /^([^~.]{2})[^~.]{0,5}~[^\s,"]{1,3}(?:\.[^\s,"]{1,3})?/i;

/** `[!file]` writes a short path, which only the disk knows: each name that is one may stand for the expected name. */
function sameInShort(expected: string, found: string): boolean {
  const [long, short] = [expected.toLowerCase().split('\\'), found.toLowerCase().split('\\')];
  return (
    long.length === short.length &&
    long.every((name, index) => {
      const other = short[index] ?? '';
      const [, letters] = shortName.exec(other) ?? [];
      return name === other || (letters !== undefined && name.startsWith(letters));
    })
  );
}

function fits(wanted: Wanted, found: RegistryData, short: boolean): boolean {
  if (wanted.kind === 'contains') {
    return found.kind === 'texts' && wanted.texts.every((text) => found.texts.includes(text));
  }
  const { data } = wanted;
  if (data.kind !== found.kind) return false;
  return plain(data) === plain(found) || (short && sameInShort(plain(data), plain(found)));
}

/** Everything of a value in one text; dataText cuts. */
function plain(data: RegistryData): string {
  if (data.kind === 'bytes') return `${data.type} ${Buffer.from(data.bytes).toString('hex')}`;
  if (data.kind === 'texts') return JSON.stringify(data.texts);
  return data.kind === 'text' || data.kind === 'expandable' ? data.text : String(data.number);
}

function wantedText(wanted: Wanted): string {
  return wanted.kind === 'exact' ? dataText(wanted.data) : `a list with ${wanted.texts.join(' | ')}`;
}

/** Where a row writes: HKMU is the machine, or the user, as the product is installed. */
export function placeOf({ row, view }: ExpectedRow, evaluation: Evaluation): RegistryPlace {
  const machine = evaluation.properties.get('ALLUSERS') === '1';
  const hive = row.root === 'HKMU' ? (machine ? 'HKLM' : 'HKCU') : row.root;
  return { hive, key: evaluation.format(row.key), view };
}

/** Compares one row; a row without a value asks only for its key. */
function lookAt(
  expected: ExpectedRow,
  evaluation: Evaluation,
  root: Root,
): Omit<Difference, 'component' | 'feature'> | undefined {
  const { row } = expected;
  const place = placeOf(expected, evaluation);
  const name = row.name === undefined ? '' : evaluation.format(row.name);
  const key = `${place.hive}\\${place.key}`;
  if (row.value === undefined && (row.name === undefined || ['+', '*', '-'].includes(row.name))) {
    if (row.name === '-' || root.registry.keys(place) !== undefined) return undefined;
    const why = 'The key is not there; a repair with m and u writes it again.';
    return { kind: 'registry-missing', path: key, expected: 'a key', found: 'nothing', why };
  }
  const path = `${key}\\${name === '' ? '(default)' : name}`;
  const wanted = wantedOf(evaluation.format(row.value ?? ''));
  const found = root.registry.value(place, name);
  if (wanted === undefined) return undefined;
  if (found === undefined) {
    const why = 'The value is not there; a repair with m and u writes it again.';
    return { kind: 'registry-missing', path, expected: wantedText(wanted), found: 'nothing', why };
  }
  if (fits(wanted, found, row.value?.includes('[!') === true)) return undefined;
  const expectedKind = wanted.kind === 'exact' ? wanted.data.kind : 'texts';
  const why =
    expectedKind === found.kind
      ? 'The value has another content; a repair with m and u writes it again.'
      : `The value is of another type: ${found.kind} and not ${expectedKind}.`;
  return { kind: 'registry-different', path, expected: wantedText(wanted), found: dataText(found), why };
}

export function verifyRegistry(
  rows: readonly ExpectedRow[],
  evaluation: Evaluation,
  root: Root,
  findings: Findings,
): void {
  for (const expected of rows) {
    findings.compared.values += 1;
    const difference = lookAt(expected, evaluation, root);
    if (difference === undefined) continue;
    const { component, feature } = expected;
    findings.differences.push({ component, feature, ...difference });
  }
}
