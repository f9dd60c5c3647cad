/** `holdfast msi`: what is in a Windows Installer package, read without Windows. */
import type { Command } from 'commander';
import type { Surroundings } from '../../terminal.ts';
import { argument, localVerb, runLocal, type Session } from '../verb.ts';
import { info } from './info.ts';
import { exportTables, streams, tables } from './tables.ts';

export function msiVerbs(program: Command, surroundings: Surroundings): void {
  const msi = program.command('msi').description('look into Windows Installer packages');
  const one =
    (action: (session: Session, path: string) => Promise<void>) =>
    (session: Session, values: readonly string[]) =>
      action(session, argument(values, 0));

  const aboutInfo = localVerb(
    msi,
    'info <package>',
    'the product in a package, and its summary information',
    ['msi info putty-0.68-installer.msi', 'msi info putty-0.68-installer.msi --json'],
  );
  runLocal(aboutInfo, surroundings, one(info));

  const aboutTables = localVerb(msi, 'tables <package>', 'names of the tables, one a line', [
    'msi tables putty-0.68-installer.msi',
    'msi tables putty-0.68-installer.msi --json    (with columns and numbers of rows)',
  ]);
  runLocal(aboutTables, surroundings, one(tables));

  const aboutStreams = localVerb(msi, 'streams <package>', 'cabinets, binaries and signatures in a package', [
    'msi streams putty-0.68-installer.msi',
    'msi streams putty-0.68-installer.msi --json',
  ]);
  runLocal(aboutStreams, surroundings, one(streams));

  const aboutExport = localVerb(
    msi,
    'export <package> [tables...]',
    'tables as .idt text on standard output (all of them if none is named); nothing is written to disk',
    [
      'msi export putty-0.68-installer.msi Property',
      'msi export putty-0.68-installer.msi File Component > tables.idt',
      'msi export putty-0.68-installer.msi File --json',
    ],
  );
  runLocal(aboutExport, surroundings, (session, values) =>
    exportTables(session, argument(values, 0), values.slice(1)),
  );
}
