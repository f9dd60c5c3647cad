/** `holdfast msi detect`: what an administrator would have to type in about a package. */
import { basename } from 'node:path';
import { type Database, type DerivedSoftware, deriveSoftware, openProduct } from '@holdfast/msi';
import { facts, plain, table } from '../../terminal.ts';
import type { Session } from '../verb.ts';
import { withPackage } from './open.ts';
import { transformsOf } from './transform-option.ts';

function shown(software: DerivedSoftware, width: number | undefined): string {
  const { program } = software;
  const about = facts([
    ['name', software.name],
    ['version', software.version],
    ['publisher', software.publisher],
    ['product code', software.productCode],
    ['upgrade code', software.upgradeCode],
    ['language', software.language],
    ['architecture', software.architecture],
    [
      'installs for',
      software.scope === 'either' ? 'either the machine or one user' : `the ${software.scope}`,
    ],
    ['install', program.install],
    ['repair', program.repair],
    ['uninstall', program.uninstall],
    ...program.detection.map((rule) => ['detection', JSON.stringify(rule)] as const),
  ]);
  const features = table(
    software.features,
    [
      { title: 'FEATURE', value: (one) => one.id, whole: true },
      { title: 'PARENT', value: (one) => one.parent ?? '-' },
      { title: 'INSTALLED', value: (one) => (one.installed ? 'yes' : 'no'), whole: true },
      { title: 'TITLE', value: (one) => one.title },
    ],
    width,
  );
  return [about, features, software.notes.map(plain).join('\n')].join('\n\n');
}

export async function detect(
  session: Session,
  path: string,
  options: Record<string, unknown>,
): Promise<void> {
  const derive = async (database: Database) => deriveSoftware(await openProduct(database), basename(path));
  const software = await withPackage(path, derive, transformsOf(options));
  session.answer(software, () => shown(software, session.surroundings.columns));
}
