/** `holdfast msi`: what is in a Windows Installer package, read without Windows. */
import type { Command } from 'commander';
import type { Surroundings } from '../../terminal.ts';
import { argument, localVerb, runLocal, type Session } from '../verb.ts';
import { explain } from './explain.ts';
import { extract } from './extract.ts';
import { info } from './info.ts';
import { judgingVerbs } from './judging.ts';
import { exportTables, streams, tables } from './tables.ts';
import { withTransforms } from './transform-option.ts';

export function msiVerbs(program: Command, surroundings: Surroundings): void {
  const msi = program.command('msi').description('look into Windows Installer packages');
  const one =
    (action: (session: Session, path: string, options: Record<string, unknown>) => Promise<void>) =>
    (session: Session, values: readonly string[], options: Record<string, unknown>) =>
      action(session, argument(values, 0), options);

  const aboutInfo = localVerb(
    msi,
    'info <package>',
    'the product in a package, and its summary information',
    ['msi info putty-0.68-installer.msi', 'msi info putty-0.68-installer.msi --json'],
  );
  runLocal(withTransforms(aboutInfo), surroundings, one(info));

  const aboutTables = localVerb(msi, 'tables <package>', 'names of the tables, one a line', [
    'msi tables putty-0.68-installer.msi',
    'msi tables putty-0.68-installer.msi --json    (with columns and numbers of rows)',
  ]);
  runLocal(withTransforms(aboutTables), surroundings, one(tables));

  const aboutStreams = localVerb(msi, 'streams <package>', 'cabinets, binaries and signatures in a package', [
    'msi streams putty-0.68-installer.msi',
    'msi streams putty-0.68-installer.msi --json',
  ]);
  runLocal(withTransforms(aboutStreams), surroundings, one(streams));

  const aboutExport = localVerb(
    msi,
    'export <package> [tables...]',
    'tables as .idt text on standard output (all of them if none is named); nothing is written to disk',
    [
      'msi export putty-0.68-installer.msi Property',
      'msi export putty-0.68-installer.msi File Component > tables.idt',
      'msi export putty-0.68-installer.msi File --json',
      'msi export putty-0.68-installer.msi Property --transform site.mst',
    ],
  );
  runLocal(withTransforms(aboutExport), surroundings, (session, values, options) =>
    exportTables(session, argument(values, 0), values.slice(1), options),
  );

  const aboutExtract = localVerb(msi, 'extract <package>', 'the files of the product, in their folders', [
    'msi extract putty-0.68-installer.msi -C putty',
    'msi extract putty-0.68-installer.msi --list',
  ])
    .option('-C, --directory <folder>', 'folder to extract to; made if it is missing (default: this one)')
    .option('--overwrite', 'replace files that exist; without it nothing is written where one does')
    .option('--list', 'list the paths and write nothing');
  runLocal(withTransforms(aboutExtract), surroundings, (session, values, options) =>
    extract(session, argument(values, 0), options),
  );

  const aboutBuild = localVerb(
    msi,
    'build <description>',
    'a package from a description of its product, JSON or YAML; docs/building-packages.md has all fields',
    [
      'msi build product.yaml -o product.msi',
      'msi build product.json --dry-run',
      'msi build product.json -o product.msi --json',
    ],
  )
    .option(
      '-o, --output <file>',
      'the package; replaced if it exists (default: the description with .msi, here)',
    )
    .option('--dry-run', 'say what would be in it, and write nothing');
  runLocal(aboutBuild, surroundings, async (session, values, options) => {
    // Descriptions are checked by schemas, which no other verb over packages needs.
    const { build } = await import('./build.ts');
    await build(session, argument(values, 0), options);
  });

  const aboutTransform = localVerb(
    msi,
    'transform <before> <after>',
    'a transform (.mst) that makes the second package out of the first: for msiexec TRANSFORMS=, and --transform here',
    [
      'msi transform tool.msi tool-for-us.msi -o for-us.mst',
      'msi transform tool-1.0.msi tool-1.1.msi -o to-1.1.mst --any',
    ],
  )
    .option(
      '-o, --output <file>',
      'the transform; replaced if it exists (default: the second with .mst, here)',
    )
    .option('--any', 'for packages of any product code; without it only for that of the first');
  runLocal(aboutTransform, surroundings, async (session, values, options) => {
    const { transform } = await import('./transform.ts');
    await transform(session, argument(values, 0), argument(values, 1), options);
  });

  const aboutExplain = localVerb(
    msi,
    'explain <log>',
    'what a log of msiexec /L says in five lines: what was asked for, how it ended, why, what was left, what to do',
    ['msi explain repair.log', 'msi explain repair.log --json    (all installations, with line numbers)'],
  );
  runLocal(aboutExplain, surroundings, (session, values) => explain(session, argument(values, 0)));

  judgingVerbs(msi, surroundings);
}
