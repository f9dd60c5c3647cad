/** A file protection for a Windows of tests, in the place of Wine's own, that may be late as that of Windows XP was (KB829810). */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WinePrefix } from '../../../packages/machine/wine/index.ts';
import { missingOnThisMachine } from '../needs.ts';

const flag = 'C:\\protection-is-late';
/** Wine's own, for the names of what it is linked with. */
const kernel = '/usr/lib/x86_64-linux-gnu/wine/x86_64-windows/kernel32.dll';
/** Nothing of what this machine's programs begin and end with. */
const bare = [
  ...['-Os', '-c', '-ffreestanding', '-fshort-wchar', '-fpie', '-fvisibility=hidden', '-fno-ident'],
  ...['-fno-stack-protector', '-fcf-protection=none', '-fno-asynchronous-unwind-tables'],
];

/** The reason why none can be built; undefined where one can. */
export function lateProtectionMissing(): string | undefined {
  const missing = missingOnThisMachine('gcc', 'ld');
  if (missing) return missing;
  const emulations = execFileSync('ld', ['-V'], { encoding: 'utf8' });
  return emulations.includes('i386pep') ? undefined : 'needs an ld that links for Windows';
}

export type LateProtection = {
  /** From now on every question is answered with 21, until `serve`. */
  delay(): void;
  serve(): void;
};

/** Takes the place of Wine's in a prefix in which nothing runs yet. @param folder where it is built */
export async function installLateProtection(prefix: WinePrefix, folder: string): Promise<LateProtection> {
  mkdirSync(folder, { recursive: true });
  const object = join(folder, 'sfc.o');
  execFileSync('gcc', [...bare, '-o', object, join(import.meta.dirname, 'sfc.c')]);
  const library = prefix.toLinux('C:\\windows\\system32\\sfc.dll');
  rmSync(library, { force: true });
  const words = [
    '-m',
    'i386pep',
    '--dll',
    '-e',
    'begin',
    '--export-all-symbols',
    '-o',
    library,
    object,
    kernel,
  ];
  execFileSync('ld', words);
  const key = 'HKCU\\Software\\Wine\\DllOverrides';
  const { code, output } = await prefix.run('reg', ['add', key, '/v', 'sfc', '/d', 'native', '/f']);
  assert.equal(code, 0, output);
  return {
    delay: () => writeFileSync(prefix.toLinux(flag), ''),
    serve: () => rmSync(prefix.toLinux(flag), { force: true }),
  };
}
