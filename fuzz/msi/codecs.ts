/** The codecs by themselves: blocks of MSZIP and LZX, without a cabinet around them. */
import { deflateRawSync } from 'node:zlib';
import { lzxDecoder } from '../../packages/msi/src/cabinet/lzx.ts';
import { mszipDecoder } from '../../packages/msi/src/cabinet/mszip.ts';
import { packLzx } from '../../packages/msi/test/cabinet-lzx-packer.ts';
import { mszip } from '../../packages/msi/test/cabinet-support.ts';
import { mutate, planOf } from '../mutate.ts';
import { outcomeOf, type Target } from '../target.ts';
import { decodeInput, encodeInput, inputFields } from './codec-input.ts';
import { lzxStream } from './lzx-stream.ts';

const text = Buffer.from(
  Array.from({ length: 900 }, (_, at) =>
    'the quick brown fox jumps over the lazy dog'.charCodeAt((at * at) % 43),
  ),
);
const noise = Buffer.from(Array.from({ length: 300 }, (_, at) => (at * 7919) % 251));
const calls = Buffer.from(Array.from({ length: 400 }, (_, at) => (at % 9 === 0 ? 0xe8 : at % 5)));

function planFor(windowBits: number, blocks: Parameters<typeof encodeInput>[0]['blocks']) {
  const bytes = encodeInput({ windowBits, blocks });
  return planOf(bytes, inputFields(bytes), [], {
    size: [0, 1, 2, 100, 32_767, 32_768],
    length: [0, 1, 2, 3, 38_912, 65_535],
  });
}

/** Deflate with one fixed kind of block each. */
const packed = (data: Buffer, options: Parameters<typeof deflateRawSync>[1]) => [
  { packed: Buffer.concat([Buffer.from('CK'), deflateRawSync(data, options)]), size: data.length },
];
/** No compression, and the fixed codes (the strategy of that name). */
const [asItIs, fixedCodes] = [{ level: 0 }, { strategy: 4 }] as const;

const mszipPlans = [
  planFor(0, mszip(text)),
  planFor(0, [...mszip(text.subarray(0, 300)), ...mszip(text)]),
  planFor(0, packed(noise, asItIs)),
  planFor(0, packed(text, fixedCodes)),
  planFor(0, [...packed(text, fixedCodes), ...packed(noise, asItIs), ...mszip(calls)]),
];

const lzxPlans = (['verbatim', 'aligned', 'uncompressed'] as const).flatMap((kind) => [
  planFor(
    0,
    packLzx(text, 15, () => kind),
  ),
  planFor(
    6,
    packLzx(calls, 21, () => kind),
  ),
]);

/** All blocks through one decoder, as in a folder. */
async function unpackAll(
  bytes: Uint8Array,
  decoder: (windowBits: number, most: number) => (from: Uint8Array, to: Uint8Array) => void,
) {
  return outcomeOf(async () => {
    const { windowBits, blocks } = decodeInput(bytes);
    const decode = decoder(windowBits, blocks.length * 32_768);
    for (const { packed: from, size } of blocks) decode(from, new Uint8Array(size));
  });
}

const mszipTarget: Target = {
  name: 'mszip',
  sound: mszipPlans.map(({ bytes }) => bytes),
  make: (random, kept) => mutate(random, mszipPlans, kept),
  run: (bytes) => unpackAll(bytes, () => mszipDecoder()),
};

const lzxTarget: Target = {
  name: 'lzx',
  sound: lzxPlans.map(({ bytes }) => bytes),
  make: (random, kept) => mutate(random, lzxPlans, kept),
  run: (bytes) => unpackAll(bytes, lzxDecoder),
};

const grown: Target = {
  name: 'lzx-grown',
  sound: [],
  make: (random) => encodeInput(lzxStream(random)),
  run: (bytes) => unpackAll(bytes, lzxDecoder),
};

export const codecTargets: readonly Target[] = [mszipTarget, lzxTarget, grown];
