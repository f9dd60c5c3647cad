/** Where the state of this machine's client lies unless an option says otherwise; the launcher asks for it too. */
import { join } from 'node:path';

/** Linux: where services keep their state. Windows: where programs keep what belongs to the machine. */
export function standardFolder(environment: Readonly<Record<string, string | undefined>>): string {
  if (process.platform !== 'win32') return '/var/lib/holdfast-client';
  // Not by the variable ProgramData: its value is the caller's, and that of services under Wine is another folder.
  return join(`${environment.SystemDrive ?? 'C:'}\\ProgramData`, 'Holdfast');
}

/** The root of a client that manages its whole machine: Windows knows no other. */
export function standardRoot(environment: Readonly<Record<string, string | undefined>>): string {
  return process.platform === 'win32' ? `${environment.SystemDrive ?? 'C:'}\\` : '/';
}
