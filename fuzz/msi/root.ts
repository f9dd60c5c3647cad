/** A Windows root: the registry as Wine keeps it, and the versions of programs. */
import { bytesSource, fileVersion } from '@holdfast/msi';
import { readHive } from '../../packages/msi/src/root/hive-reader.ts';
import { type Field, mutate, planOf } from '../mutate.ts';
import { outcomeOf, promise, type Target } from '../target.ts';

const registry = `WINE REGISTRY Version 2
;; All keys relative to \\\\REGISTRY\\\\Machine

#arch=win64

[Software\\\\Maker\\\\Small] 1700000000 0
#time=1d9f0b0b0b0b0b0
@="default \\x00e9\\n"
"Path"="C:\\\\Program Files\\\\Small"
"Number"=dword:0000002a
"Bytes"=hex:00,01,\\
  02,03
"Many"=str(7):"one\\0two\\0"
"Expand"=str(2):"%PATH%"
"Odd"=hex(b):01,00

[Software\\\\Link] 1700000000
#link
"SymbolicLinkValue"=hex(6):5c,00,72,00
`;

const registryPlan = (() => {
  const bytes = Uint8Array.from(Buffer.from(registry));
  const lines = [...registry.matchAll(/[^\n]*\n/g)].map((line) => ({
    at: line.index,
    length: line[0].length,
  }));
  const marks = [...registry.matchAll(/[[\]"=\\:,#@()\n]/g)].map(
    ({ index }): Field => ({ at: index, width: 1, kind: 'mark' }),
  );
  return planOf(bytes, marks, lines, { mark: [...'[]"=\\:,#@()\n\r\0x;'].map((mark) => mark.charCodeAt(0)) });
})();

const registryTarget: Target = {
  name: 'registry',
  sound: [registryPlan.bytes],
  make: (random, kept) => mutate(random, [registryPlan], kept),
  run: (bytes) =>
    outcomeOf(async () => {
      const hive = await readHive(bytesSource(bytes), 'system.reg');
      const paths = [''];
      for (
        let path = paths.pop(), seen = 0;
        path !== undefined && seen < 200;
        path = paths.pop(), seen += 1
      ) {
        const below = path;
        const key = hive.key(below);
        // A link may lead nowhere.
        for (const name of key?.keys.values() ?? []) paths.push(below === '' ? name : `${below}\\${name}`);
      }
    }),
};

/** A block of a version resource: lengths, key, value. */
function block(key: string, value: Buffer, inside: readonly Buffer[] = [], words = 0): Buffer {
  const head = Buffer.alloc(6);
  const text = Buffer.from(`${key}\0`, 'utf16le');
  const pad = (length: number) => Buffer.alloc(-length & 3);
  const front = Buffer.concat([head, text, pad(6 + text.length), value, pad(value.length)]);
  const whole = Buffer.concat([front, ...inside.map((one) => Buffer.concat([one, pad(one.length)]))]);
  whole.writeUInt16LE(whole.length, 0);
  whole.writeUInt16LE(value.length, 2);
  whole.writeUInt16LE(words, 4);
  return whole;
}

/** The least of a PE file that has a version: headers, one section, one resource. */
function program(): Uint8Array {
  const fixed = Buffer.alloc(52);
  fixed.writeUInt32LE(0xfeef_04bd, 0);
  fixed.writeUInt32LE(0x0001_0002, 8);
  fixed.writeUInt32LE(0x0003_0004, 12);
  const translation = Buffer.from([9, 4, 0xb0, 4]);
  const version = block('VS_VERSION_INFO', fixed, [
    block('VarFileInfo', Buffer.alloc(0), [block('Translation', translation)]),
  ]);
  const bytes = Buffer.alloc(0x200 + 0x100 + version.length);
  bytes.write('MZ', 0, 'latin1');
  bytes.writeUInt32LE(0x40, 0x3c);
  bytes.write('PE\0\0', 0x40, 'latin1');
  bytes.writeUInt16LE(0x14c, 0x44);
  bytes.writeUInt16LE(1, 0x46);
  bytes.writeUInt16LE(0xe0, 0x54);
  bytes.writeUInt16LE(0x10b, 0x58);
  bytes.writeUInt32LE(16, 0x58 + 92);
  bytes.writeUInt32LE(0x1000, 0x58 + 96 + 16);
  bytes.writeUInt32LE(0x100 + version.length, 0x58 + 96 + 20);
  const section = 0x58 + 0xe0;
  bytes.write('.rsrc', section, 'latin1');
  bytes.writeUInt32LE(0x1000, section + 8);
  bytes.writeUInt32LE(0x1000, section + 12);
  bytes.writeUInt32LE(bytes.length - 0x200, section + 16);
  bytes.writeUInt32LE(0x200, section + 20);
  const directory = (at: number, id: number, target: number) => {
    bytes.writeUInt16LE(1, 0x200 + at + 14);
    bytes.writeUInt32LE(id, 0x200 + at + 16);
    bytes.writeUInt32LE(target, 0x200 + at + 20);
  };
  directory(0, 16, 0x8000_0018);
  directory(0x18, 1, 0x8000_0030);
  directory(0x30, 1033, 0x48);
  bytes.writeUInt32LE(0x1100, 0x248);
  bytes.writeUInt32LE(version.length, 0x24c);
  version.copy(bytes, 0x300);
  return Uint8Array.from(bytes);
}

const programPlan = (() => {
  const bytes = program();
  const range = (from: number, to: number, width: 2 | 4, kind: string) =>
    Array.from(
      { length: (to - from) / width },
      (_, index): Field => ({ at: from + index * width, width, kind }),
    );
  return planOf(
    bytes,
    [
      ...range(0x3c, 0x40, 4, 'offset'),
      ...range(0x44, 0x58, 2, 'header'),
      ...range(0x58, 0x138, 4, 'optional'),
      ...range(0x138, 0x160, 4, 'section'),
      ...range(0x200, 0x258, 4, 'resource'),
      ...range(0x300, bytes.length - (bytes.length % 2), 2, 'version'),
    ],
    [],
    {
      resource: [0x18, 0x30, 0x48, 0x8000_0000, 0x8000_0018, 0x8000_0030, 0x1000, 0x1100],
      offset: [0, 0x3c, 0x40],
    },
  );
})();

const programTarget: Target = {
  name: 'program',
  sound: [programPlan.bytes],
  make: (random, kept) => mutate(random, [programPlan], kept),
  run: (bytes) =>
    outcomeOf(async () => {
      const version = await fileVersion(bytesSource(bytes));
      promise(version === undefined || /^\d+\.\d+\.\d+\.\d+$/.test(version.version), () => 'no version');
    }),
};

export const rootTargets: readonly Target[] = [registryTarget, programTarget];
