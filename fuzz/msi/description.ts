/** Descriptions of products to be built: every field exchanged for what its reader did not ask for. */
import { bytesSource } from '@holdfast/msi';
import { compileProduct, readDescription } from '@holdfast/msi/build';
import type { Random } from '../../packages/lab/src/world/random.ts';
import { outcomeOf, type Target } from '../target.ts';

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

const seed: Json = {
  name: 'Small Product',
  manufacturer: 'Maker',
  version: '1.2.3',
  upgradeCode: '{11111111-2222-3333-4444-666666666666}',
  folder: 'ProgramFilesFolder/Maker/Small',
  folders: { DATADIR: 'CommonAppDataFolder/Maker' },
  properties: { ARPNOREPAIR: '1' },
  files: [
    { id: 'program.exe', source: 'program.exe', feature: 'Main' },
    { source: 'data.txt', folder: 'DATADIR/sub' },
  ],
  features: [{ id: 'Main', title: 'Main' }],
  registry: [{ root: 'HKLM', key: 'Software\\Maker\\Small', name: 'Path', value: '[INSTALLDIR]' }],
  launchConditions: [{ condition: 'VersionNT >= 601', message: 'Too old' }],
  services: [{ name: 'small', file: 'program.exe' }],
  shortcuts: [{ name: 'Small', file: 'program.exe', folder: 'ProgramMenuFolder' }],
  upgrade: false,
};

const values: readonly Json[] = [
  '',
  '.',
  '..',
  'a/../b',
  'CON',
  'a:b',
  'C:\\a',
  '\\\\s\\h',
  '[A',
  ']',
  '{',
  'A = "',
  'A AND',
  '\0',
  '\ud800',
  '\u1e9e',
  'Main',
  'DATADIR',
  'INSTALLDIR',
  'TARGETDIR',
  'program.exe',
  'PROGRAM.EXE',
  '__proto__',
  'constructor',
  '1.2.3.4',
  '256.0.0',
  0,
  -1,
  1.5,
  65_536,
  2 ** 31,
  1e300,
  true,
  null,
  [],
  {},
  [[]],
  'x'.repeat(300),
  'd/'.repeat(100),
];

/** Everything below a value that has fields or items, the value itself first. */
function holders(value: Json): (Json[] | { [name: string]: Json })[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value, ...Object.values(value).flatMap(holders)];
}

function change(random: Random, whole: Json): void {
  const holder = random.pick(holders(whole));
  const names = Object.keys(holder);
  const name = names[random.integer(Math.max(1, names.length))] ?? '0';
  const value = structuredClone(random.pick(values));
  if (Array.isArray(holder)) {
    if (random.chance(1, 3)) holder.push(structuredClone(holder[Number(name)] ?? value));
    else holder[Number(name)] = value;
  } else if (random.chance(1, 6)) delete holder[name];
  else holder[random.chance(1, 10) ? random.pick(['source', 'id', 'condition', 'unknown']) : name] = value;
}

const bytesOf = (value: Json) => Uint8Array.from(Buffer.from(JSON.stringify(value)));
const content = bytesSource(Buffer.from('what every file holds'));

const description: Target = {
  name: 'description',
  sound: [bytesOf(seed)],
  make(random) {
    const whole = structuredClone(seed);
    for (let changes = 1 + random.integer(3); changes > 0; changes -= 1) change(random, whole);
    return bytesOf(whole);
  },
  run: (bytes) =>
    outcomeOf(async () => {
      const value: unknown = JSON.parse(Buffer.from(bytes).toString());
      await compileProduct(readDescription(value), async () => content);
    }),
};

export const descriptionTargets: readonly Target[] = [description];
