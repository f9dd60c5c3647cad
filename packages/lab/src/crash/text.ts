/** One cut told in words: where, in which way, what became of the disk, what the machine did then, and how it ended. */
import { type Content, readContent } from '../disk/content.ts';
import type { FolderNode } from '../disk/nodes.ts';
import type { Volume } from '../disk/volume.ts';
import type { CutPlan, CutTold } from './cuts.ts';

/** Paths with what is read there. */
function listing(folder: FolderNode, path = ''): ReadonlyMap<string, Content | undefined> {
  const found = new Map<string, Content | undefined>();
  for (const [name, node] of folder.entries) {
    const at = `${path}/${name}`;
    found.set(at, node.kind === 'file' ? node.content : undefined);
    if (node.kind === 'folder') for (const [below, content] of listing(node, at)) found.set(below, content);
  }
  return found;
}

function sameContent(one: Content | undefined, other: Content | undefined): boolean {
  if (one === other || one === undefined || other === undefined) return one === other;
  if (one.length !== other.length) return false;
  return Buffer.from(readContent(one, 0, one.length)).equals(readContent(other, 0, other.length));
}

/** What a power cut has changed of what programs saw before. */
function damageOf(before: Volume, after: Volume): readonly string[] {
  const [had, has] = [listing(before.root), listing(after.root)];
  const bytes = (content: Content | undefined) =>
    content === undefined ? 'a folder' : `${content.length} bytes`;
  const gone = [...had].filter(([path]) => !has.has(path)).map(([path]) => `${path} is gone`);
  const back = [...has]
    .filter(([path]) => !had.has(path))
    .map(([path, content]) => `${path} is there again: ${bytes(content)}`);
  const other = [...has]
    .filter(([path, content]) => had.has(path) && !sameContent(had.get(path), content))
    .map(
      ([path, content]) =>
        `${path} has ${bytes(content)}, not the ${bytes(had.get(path))} that were read before`,
    );
  const all = [...gone, ...back, ...other];
  return all.length > 0 ? all : ['nothing is lost'];
}

export function cutText<Outside>(title: string, plan: CutPlan, told: CutTold<Outside>): string {
  const { course, steps, problems } = told;
  const lines = [`${title}, seed ${plan.seed}: ${course.calls} calls change the disk.`];
  for (const [index, { moment, way, fell, trace }] of steps.entries()) {
    const subject = index === 0 ? 'The flow' : 'Its recovery';
    lines.push(
      '',
      `${subject} is cut off before call ${moment.at}: ${moment.call}`,
      `  ${way.name}: ${way.title}`,
      ...damageOf(moment.disk, fell.disk).map((line) => `  ${line}`),
      '',
      'Then the machine does this:',
      ...trace.lines().map((line) => `  ${line}`),
    );
  }
  const verdict = problems.length === 0 ? ['Everything is as promised.'] : ['BROKEN:', ...problems];
  return [...lines, '', ...verdict].join('\n');
}
