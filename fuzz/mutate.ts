/** Changes of a sound input that know where its fields are, and blind ones. */
import type { Random } from '../packages/lab/src/world/random.ts';

/** A little-endian number in an input. */
export type Field = { readonly at: number; readonly width: 1 | 2 | 4; readonly kind: string };

/** An input with its structure. */
export type Plan = {
  readonly bytes: Uint8Array;
  /** By kind: every kind is hit equally often, however many fields it has. */
  readonly fields: ReadonlyMap<string, readonly Field[]>;
  /** Records of one size that may change places, by where they begin. */
  readonly records: readonly { readonly at: number; readonly length: number }[];
  /** What is worth trying in a field, by kind, beside what is worth trying in any. */
  readonly values: Readonly<Record<string, readonly number[]>>;
};

const boundaries = [
  0, 1, 2, 3, 7, 8, 15, 16, 31, 32, 63, 64, 65, 127, 128, 255, 256, 511, 512, 4095, 4096, 4097, 0x7fff,
  0x8000, 0xfffd, 0xfffe, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_fffa, 0xffff_fffc, 0xffff_fffd,
  0xffff_fffe, 0xffff_ffff,
] as const;

/** Most bytes that a change adds. */
const mostAdded = 600;

export function planOf(
  bytes: Uint8Array,
  fields: readonly Field[],
  records: Plan['records'] = [],
  values: Plan['values'] = {},
): Plan {
  return { bytes, fields: Map.groupBy(fields, ({ kind }) => kind), records, values };
}

export function readField(bytes: Uint8Array, { at, width }: Field): number {
  let value = 0;
  for (let index = width - 1; index >= 0; index -= 1) value = value * 256 + (bytes[at + index] ?? 0);
  return value;
}

export function writeField(bytes: Uint8Array, { at, width }: Field, value: number): void {
  for (let index = 0; index < width; index += 1) {
    if (at + index < bytes.length) bytes[at + index] = Math.floor(value / 2 ** (8 * index)) & 0xff;
  }
}

/** `bytes[from, to)` is replaced. */
export function spliced(bytes: Uint8Array, from: number, to: number, by: Uint8Array): Uint8Array {
  const result = new Uint8Array(from + by.length + bytes.length - to);
  result.set(bytes.subarray(0, from));
  result.set(by, from);
  result.set(bytes.subarray(to), from + by.length);
  return result;
}

function pickField(random: Random, plan: Plan): Field | undefined {
  if (plan.fields.size === 0) return undefined;
  const fields = plan.fields.get(random.pick([...plan.fields.keys()])) ?? [];
  return fields[random.integer(fields.length)];
}

function changeField(random: Random, bytes: Uint8Array, plan: Plan): void {
  const field = pickField(random, plan);
  if (field === undefined) {
    flip(random, bytes);
    return;
  }
  const before = readField(bytes, field);
  const others = plan.fields.get(field.kind) ?? [];
  const other = others[random.integer(others.length)] ?? field;
  const values = [
    () => random.pick(boundaries),
    () => before + random.pick([-2, -1, 1, 2]),
    () => readField(bytes, other),
    () => random.word(),
    () => random.pick(plan.values[field.kind] ?? boundaries),
  ];
  const value = random.pick(values)();
  if (random.chance(1, 8)) writeField(bytes, other, before);
  writeField(bytes, field, value);
}

/** Copies a record over another, lets two change places, or blanks one. */
function changeRecord(random: Random, bytes: Uint8Array, { records }: Plan): void {
  if (records.length === 0) {
    flip(random, bytes);
    return;
  }
  const one = random.pick(records);
  const other = random.pick(records);
  if (Math.max(one.at + one.length, other.at + other.length) > bytes.length) return;
  if (random.chance(1, 3)) {
    bytes.fill(random.pick([0, 0xff]), one.at, one.at + one.length);
    return;
  }
  const length = Math.min(one.length, other.length);
  const copy = bytes.slice(one.at, one.at + length);
  bytes.copyWithin(one.at, other.at, other.at + length);
  if (random.chance(1, 2)) bytes.set(copy, other.at);
}

function flip(random: Random, bytes: Uint8Array): void {
  if (bytes.length === 0) return;
  for (let count = 1 + random.integer(4); count > 0; count -= 1) {
    const at = random.integer(bytes.length);
    bytes[at] = random.chance(1, 2) ? (bytes[at] ?? 0) ^ (1 << random.integer(8)) : random.integer(256);
  }
}

/** Cuts, lengthens or crosses; answers other bytes. */
function changeLength(random: Random, bytes: Uint8Array, plans: readonly Plan[]): Uint8Array {
  const at = random.integer(bytes.length + 1);
  switch (random.integer(4)) {
    case 0:
      return bytes.slice(0, at);
    case 1:
      return spliced(bytes, bytes.length, bytes.length, random.bytes(random.integer(mostAdded)));
    case 2: {
      const end = Math.min(bytes.length, at + random.integer(mostAdded));
      return random.chance(1, 2)
        ? spliced(bytes, at, end, new Uint8Array(0))
        : spliced(bytes, at, at, bytes.slice(at, end));
    }
    default: {
      const other = random.pick(plans).bytes;
      return spliced(bytes, at, bytes.length, other.slice(Math.min(at, other.length)));
    }
  }
}

/** One to five changes of one of the plans, or of an input without one. */
export function mutate(random: Random, plans: readonly Plan[], kept: readonly Uint8Array[]): Uint8Array {
  const fromKept = kept.length > 0 && random.chance(1, 8);
  const plan = random.pick(plans);
  let bytes = Uint8Array.from(fromKept ? random.pick(kept) : plan.bytes);
  let changes = 1;
  while (changes < 5 && random.chance(2, 5)) changes += 1;
  for (; changes > 0; changes -= 1) {
    const kind = random.integer(16);
    if (kind < 10) changeField(random, bytes, plan);
    else if (kind < 12) changeRecord(random, bytes, plan);
    else if (kind < 15) flip(random, bytes);
    else bytes = Uint8Array.from(changeLength(random, bytes, plans));
  }
  return bytes;
}
