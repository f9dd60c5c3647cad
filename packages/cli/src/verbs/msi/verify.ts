/** `holdfast msi verify`: what on a Windows differs from a package. */
import { localDisk } from '@holdfast/machine';
import {
  type Database,
  evaluateInstalled,
  openContent,
  openProduct,
  openRoot,
  type Verification,
  verify,
} from '@holdfast/msi';
import type { Folder } from '@holdfast/ports';
import { AnsweredNo } from '../../answered-no.ts';
import { plain, table } from '../../terminal.ts';
import type { Session } from '../verb.ts';
import { neighboursIn } from './extract.ts';
import { withPackage } from './open.ts';
import { transformsOf } from './transform-option.ts';
import { propertiesOf, rootFolder } from './words.ts';

function shown(
  { registered, components, differences, notJudged, compared }: Verification,
  width: number | undefined,
): string {
  const installed = components.filter((one) => one.installed).length;
  const head = registered
    ? `${registered.name ?? registered.productCode} ${registered.version ?? ''} is registered for ${registered.account}.`
    : 'Windows Installer knows nothing of this product.';
  const parts = [
    plain(head),
    `${installed} of ${components.length} components are installed; ${compared.files} files, ${compared.values} registry values and ${compared.others} other things were compared.`,
  ];
  if (differences.length > 0) {
    const columns = [
      { title: 'DIFFERENCE', value: (one: (typeof differences)[number]) => one.kind, whole: true },
      { title: 'COMPONENT', value: (one: (typeof differences)[number]) => one.component || '-' },
      { title: 'PATH', value: (one: (typeof differences)[number]) => one.path },
      { title: 'EXPECTED', value: (one: (typeof differences)[number]) => one.expected },
      { title: 'FOUND', value: (one: (typeof differences)[number]) => one.found },
      { title: 'WHY', value: (one: (typeof differences)[number]) => one.why },
    ];
    parts.push('', table(differences, columns, width));
  }
  if (notJudged.length > 0) {
    parts.push('', 'Not compared:', ...notJudged.map(({ what, why }) => plain(`  ${what}: ${why}`)));
  }
  parts.push('', differences.length === 0 ? 'Nothing differs.' : `${differences.length} differences.`);
  return parts.join('\n');
}

export async function verifyPackage(
  session: Session,
  path: string,
  words: readonly string[],
  options: Record<string, unknown>,
): Promise<void> {
  const folder = rootFolder(options, 'look at');
  const properties = propertiesOf(words);
  const compare = async (database: Database, _size: number, beside: Folder) => {
    const product = await openProduct(database);
    const root = await openRoot(localDisk(), folder);
    const evaluation = await evaluateInstalled(product, root, properties);
    const content = openContent(database, product, { neighbours: neighboursIn(beside) });
    return await verify(product, evaluation, root, content);
  };
  const found = await withPackage(path, compare, transformsOf(options));
  session.answer(found, () => shown(found, session.surroundings.columns));
  if (found.differences.length > 0) throw new AnsweredNo();
}
