/**
 * Windows File Protection, since Vista Windows Resource Protection. The first is a part of Winlogon and late (KB829810);
 * the second is nothing but the rights on the files, and serves from the start. One question tells which it is: what is
 * not ready refuses it. Source: sfc.h, "Windows Resource Protection", learn.microsoft.com.
 */
import { win32 as path } from 'node:path';
import { HoldfastError, knownWin32, systemError } from '@holdfast/contract';
import type { Protection } from '@holdfast/ports';
import { askProgram } from '../shared/ask-program.ts';
import { loadKoffi, win32 } from './win32.ts';

type Look = { readonly isProtected: boolean; readonly error: number };

let bound: ((server: null, path: string) => boolean) | undefined;

/** SfcIsFileProtected; its error is 0 or that of a file that is not there, unless nobody serves. */
function look(file: string): Look {
  bound ??= loadKoffi().load('sfc.dll').func('bool SfcIsFileProtected(void *server, str16 path)');
  if (bound(null, file)) return { isProtected: true, error: 0 };
  const error = win32().lastError();
  return { isProtected: false, error: knownWin32(error).class === 'not-ready' ? error : 0 };
}

/** A file that every Windows protects. */
const knownFile = path.join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', 'kernel32.dll');

/** Milliseconds that the repair of one file may take. */
const repairLimitMs = 10 * 60_000;

export function windowsProtection(): Protection {
  return {
    async readiness() {
      const { error } = look(knownFile);
      if (error === 0) return { ready: true };
      return { ready: false, reason: 'file protection does not serve yet', evidence: { win32: error } };
    },
    isProtected: async (file) => isProtected(file),
    async install(files) {
      for (const file of files) await install(file);
    },
  };
}

function isProtected(file: string): boolean {
  if (file.includes('\0')) return false;
  const { isProtected: answer, error } = look(file);
  if (error !== 0) throw systemError(error, 'File protection was asked in vain');
  return answer;
}

/** `sfc /scanfile` puts the copy of the component store in the place of a file that differs from it. */
async function install(file: string): Promise<void> {
  if (!isProtected(file)) {
    throw new HoldfastError('system.refused', `${file} is not protected: Windows has no copy of it.`);
  }
  const program = path.join(path.dirname(knownFile), 'sfc.exe');
  const answer = await askProgram(program, [`/scanfile=${file}`], repairLimitMs);
  if (answer?.code === 0) return;
  throw new HoldfastError('system.failed', `Windows did not put its copy of ${file} in its place.`, {
    details: { exitCode: answer?.code ?? -1 },
  });
}
