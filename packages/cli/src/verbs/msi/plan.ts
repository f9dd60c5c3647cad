/** `holdfast msi plan`: what msiexec would do on a Windows, step by step, and why; nothing is changed. */
import { basename, relative, resolve, sep } from 'node:path';
import { localDisk } from '@holdfast/machine';
import {
  type FileDecision,
  type Operation,
  openCachedPackages,
  openHost,
  operationWords,
  type Plan,
  planDocument,
  planPackage,
  requestWith,
} from '@holdfast/msi';
import { AnsweredNo } from '../../answered-no.ts';
import { plain, table } from '../../terminal.ts';
import { thisMachine } from '../../this-machine.ts';
import type { Session } from '../verb.ts';
import { withPackage } from './open.ts';
import { propertiesOf, rootFolder } from './words.ts';

/** As programs of the root see it: below drive C, or on the drive Z that Wine lays over everything. */
export function pathInRoot(root: string, path: string): string {
  const below = relative(resolve(root, 'drive_c'), resolve(path));
  if (below !== '' && !below.startsWith('..')) return `C:\\${below.replaceAll(sep, '\\')}`;
  return `Z:${resolve(path).replaceAll('/', '\\')}`;
}

/** Operations of one action that follow each other. */
function groups(operations: readonly Operation[]): readonly (readonly Operation[])[] {
  const found: Operation[][] = [];
  for (const operation of operations) {
    const last = found.at(-1);
    const same = last?.[0]?.action === operation.action && last[0].product === operation.product;
    if (same) last.push(operation);
    else found.push([operation]);
  }
  return found;
}

function groupText(group: readonly Operation[], width: number | undefined): string {
  const [first] = group;
  const removed = first?.product === undefined ? '' : `, removing ${first.product}`;
  const columns = [
    { title: 'DOES', value: operationWords },
    { title: 'WHY', value: ({ reason }: Operation) => reason },
  ];
  return `${plain(first?.action ?? '')}${removed}\n${table(group, columns, width)}`;
}

function filesText(decisions: readonly FileDecision[], width: number | undefined): string {
  const columns = [
    { title: 'FILE', value: (one: FileDecision) => one.path },
    { title: 'DOES', value: (one: FileDecision) => one.do, whole: true },
    { title: 'RULE', value: (one: FileDecision) => one.rule, whole: true },
    { title: 'WHY', value: (one: FileDecision) => one.reason },
  ];
  return `Files\n${table(decisions, columns, width)}`;
}

function count(number: number, one: string): string {
  return `${number} ${one}${number === 1 ? '' : 's'}`;
}

function shown(
  { refusal, operations, decisions, skipped, removes, ...plan }: Plan,
  width: number | undefined,
): string {
  const parts = [plain(`${plan.productName} ${plan.version} ${plan.productCode}`)];
  if (refusal)
    return [...parts, plain(`It would be refused (${refusal.exitCode}): ${refusal.message}`)].join('\n');
  for (const { productCode, version } of removes)
    parts.push(plain(`It replaces ${productCode} ${version ?? ''}`));
  for (const group of groups(operations)) parts.push('', groupText(group, width));
  if (decisions.length > 0) parts.push('', filesText(decisions, width));
  if (skipped.length > 0) {
    const lines = skipped.map(
      ({ action, reason, vital }) => `  ${action}: ${reason}${vital ? ' (the package needs it)' : ''}`,
    );
    parts.push('', 'Passed over:', ...lines.map(plain));
  }
  const touched = decisions.filter((one) => one.do !== 'keep' && one.do !== 'leave').length;
  const sum = `${count(operations.length, 'operation')}; ${touched} of ${count(decisions.length, 'file')} would be touched.`;
  parts.push('', operations.length === 0 ? 'Nothing would be changed.' : sum);
  if (plan.restart) parts.push('A restart would be asked for.');
  return parts.join('\n');
}

export async function planVerb(
  session: Session,
  path: string,
  words: readonly string[],
  options: Record<string, unknown>,
): Promise<void> {
  const folder = rootFolder(options, 'plan for');
  const properties = propertiesOf(words);
  const transforms = (properties.TRANSFORMS ?? '').split(';').filter((name) => name !== '');
  const { clock, entropy, processes } = thisMachine();
  // A plan never takes the root's lock.
  const installer = { identity: { pid: process.pid, started: '0', bootId: '0' }, alive: processes.alive };
  const host = await openHost(localDisk(), folder, { clock, entropy, installer });
  await using cached = openCachedPackages(host.files);
  const found = await withPackage(
    path,
    async (database, size) =>
      planPackage({
        request: requestWith(properties),
        from: { database, path: pathInRoot(folder, path), size },
        host,
        openCached: cached.openCached,
      }),
    transforms,
  );
  const document = { package: basename(path), ...planDocument(found) };
  session.answer(document, () => shown(found, session.surroundings.columns));
  if (found.refusal !== undefined) throw new AnsweredNo();
}
