/** Values as the Registry table writes them: `#1`, `#%text`, `#x0F`, `[~]`. Source: "Registry Table", Value. */
import type { RegistryData } from '../root/data.ts';

export type WrittenValue =
  | { readonly kind: 'data'; readonly data: RegistryData }
  /** Texts to add in front of, or behind, those that are there. */
  | { readonly kind: 'add'; readonly where: 'front' | 'end'; readonly texts: readonly string[] };

const text = (words: string): WrittenValue => ({ kind: 'data', data: { kind: 'text', text: words } });

/** @param formatted `[~]` stands in it as NUL */
export function writtenValue(formatted: string): WrittenValue {
  if (formatted.startsWith('#')) {
    if (formatted.startsWith('#%'))
      return { kind: 'data', data: { kind: 'expandable', text: formatted.slice(2) } };
    if (/^#x/i.test(formatted)) {
      const digits = formatted.slice(2);
      const even = digits.length % 2 === 0 ? digits : `0${digits}`;
      return { kind: 'data', data: { kind: 'bytes', type: 3, bytes: Buffer.from(even, 'hex') } };
    }
    // Two of them stand for one.
    if (formatted.startsWith('##')) return text(formatted.slice(1));
    const number = /^#([+-]?\d{1,10})$/.exec(formatted)?.[1];
    return number === undefined
      ? text(formatted)
      : { kind: 'data', data: { kind: 'number', number: Number(number) >>> 0 } };
  }
  if (!formatted.includes('\0')) return text(formatted);
  const texts = formatted.split('\0').filter((one) => one !== '');
  const [front, end] = [formatted.startsWith('\0'), formatted.endsWith('\0')];
  if (front !== end) return { kind: 'add', where: front ? 'end' : 'front', texts };
  return { kind: 'data', data: { kind: 'texts', texts } };
}

/** The value as it will be, beside what is there. */
export function valueBeside(written: WrittenValue, existing: RegistryData | undefined): RegistryData {
  if (written.kind === 'data') return written.data;
  const there = existing?.kind === 'texts' ? existing.texts : [];
  const rest = there.filter((one) => !written.texts.includes(one));
  return {
    kind: 'texts',
    texts: written.where === 'end' ? [...rest, ...written.texts] : [...written.texts, ...rest],
  };
}
