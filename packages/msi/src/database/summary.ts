/** The summary information of a package: one section of an [MS-OLEPS] property set. */
import { beyond, invalid } from '../compound/errors.ts';
import { viewOf } from '../compound/header.ts';
import { decoderOf } from './code-pages.ts';

/** Property numbers of the section, [MS-OLEPS] 3.1 and the Windows Installer's own use of them. */
export const summaryProperties = {
  1: 'codePage',
  2: 'title',
  3: 'subject',
  4: 'author',
  5: 'keywords',
  6: 'comments',
  7: 'template',
  8: 'lastAuthor',
  9: 'packageCode',
  10: 'editTime',
  11: 'lastPrinted',
  12: 'created',
  13: 'lastSaved',
  14: 'installerVersion',
  15: 'wordCount',
  16: 'characterCount',
  18: 'application',
  19: 'security',
} as const;

/** Text, a whole number, or a moment in milliseconds since 1970 (UTC). */
export type SummaryValue =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'time'; readonly time: number };

/** By property number, ascending. Properties of other types are left out. */
export type Summary = ReadonlyMap<number, SummaryValue>;

/** Properties that are read; the format of packages has 19. */
export const mostProperties = 256;
/** Type words of [MS-OLEPS] 2.15. */
export const summaryKinds = { i2: 2, i4: 3, text: 30, time: 64 } as const;
/** Milliseconds from 1601, where Windows begins to count, to 1970. */
export const from1601 = 11_644_473_600_000;
/** The widest range of dates that can be written as a year of four digits. */
const latest = Date.UTC(9999, 11, 31, 23, 59, 59);

function timeOf(low: number, high: number): SummaryValue | undefined {
  const time = Math.floor((high * 2 ** 32 + low) / 10_000) - from1601;
  return time >= -from1601 && time <= latest ? { kind: 'time', time } : undefined;
}

function valueAt(view: DataView, at: number, codePage: number): SummaryValue | undefined {
  const where = 'summary information';
  const need = (bytes: number): void => {
    if (at + bytes > view.byteLength) throw invalid(where, at, 'a property ends behind it');
  };
  need(8);
  const kind = view.getUint32(at, true) & 0xffff;
  if (kind === summaryKinds.i2) return { kind: 'number', number: view.getInt16(at + 4, true) };
  if (kind === summaryKinds.i4) return { kind: 'number', number: view.getInt32(at + 4, true) };
  if (kind === summaryKinds.time) {
    need(12);
    return timeOf(view.getUint32(at + 4, true), view.getUint32(at + 8, true));
  }
  if (kind !== summaryKinds.text) return undefined;
  const length = view.getUint32(at + 4, true);
  need(8 + length);
  const bytes = new Uint8Array(view.buffer, view.byteOffset + at + 8, length);
  const end = bytes.indexOf(0);
  return { kind: 'text', text: decoderOf(codePage)(end < 0 ? bytes : bytes.subarray(0, end)) };
}

/** @throws HoldfastError `msi.invalid`, `msi.limit` */
export function readSummary(bytes: Uint8Array): Summary {
  const where = 'summary information';
  if (bytes.length < 48) throw invalid(where, bytes.length, 'it ends inside its header');
  const view = viewOf(bytes);
  if (view.getUint16(0, true) !== 0xfffe) throw invalid(where, 0, 'it is no property set');
  if (view.getUint32(24, true) < 1) throw invalid(where, 24, 'it has no section');
  const section = view.getUint32(44, true);
  if (section + 8 > bytes.length) throw invalid(where, 44, 'its section begins behind its end');
  const count = view.getUint32(section + 4, true);
  if (count > mostProperties) throw beyond(where, section + 4, `${count} properties`);
  if (section + 8 + count * 8 > bytes.length)
    throw invalid(where, section + 4, `${count} properties do not fit`);
  const places = new Map<number, number>();
  for (let index = 0; index < count; index += 1) {
    const at = section + 8 + index * 8;
    places.set(view.getUint32(at, true), section + view.getUint32(at + 4, true));
  }
  const pageAt = places.get(1);
  const page = pageAt === undefined ? undefined : valueAt(view, pageAt, 0);
  // 65001 does not fit a signed word and is stored as a negative one.
  const codePage = page?.kind === 'number' ? page.number & 0xffff : 0;
  const found: [number, SummaryValue][] = [];
  for (const [property, at] of [...places].sort(([one], [other]) => one - other)) {
    const value =
      property === 1 ? { kind: 'number' as const, number: codePage } : valueAt(view, at, codePage);
    if (value !== undefined) found.push([property, value]);
  }
  return new Map(found);
}

/** `2017/02/18 17:14:40`, in UTC: what the .idt form of a summary says. */
export function summaryText(value: SummaryValue): string {
  if (value.kind === 'text') return value.text;
  if (value.kind === 'number') return String(value.number);
  return new Date(value.time).toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ');
}
