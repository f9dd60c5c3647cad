/** Whether this process may do what only the administrator of a machine may. */
import { loadKoffi } from './shared/koffi.ts';

/** Root, or on Windows an elevated member of the administrators. Source: "IsUserAnAdmin", shlobj_core.h. */
export function isAdministrator(): boolean {
  if (process.platform !== 'win32') return process.geteuid?.() === 0;
  return loadKoffi().load('shell32.dll').func('bool IsUserAnAdmin()')();
}
