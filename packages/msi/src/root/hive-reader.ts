/** A file of the registry, read into memory. */
import type { ByteSource } from '../source.ts';
import { badRoot } from './errors.ts';
import { fold, type Hive, type HiveNode, hiveOf, type Reached, reach, ticksOf, topOf } from './hive.ts';
import { linesOf } from './lines.ts';
import { type RegistryLine, registryLines } from './registry-text.ts';

const mostValues = 1 << 23;

/** What a line that begins with `#` says of the key before it. */
function takeOption(node: HiveNode, { name, text }: RegistryLine & { kind: 'option' }): HiveNode {
  if (name === 'link') node.isLink = true;
  else if (name === 'time' && /^[0-9a-f]{1,16}$/i.test(text)) node.modified = BigInt(`0x${text}`);
  else node.options.push(text === '' ? name : `${name}=${text}`);
  return node;
}

/**
 * Reads a registry file whole.
 * @param file name to say in errors
 * @throws HoldfastError `root.invalid`
 */
export async function readHive(source: ByteSource, file: string): Promise<Hive> {
  const reached: Reached = { nodes: new Map(), owner: {} };
  let node: HiveNode | undefined;
  let hasLinks = false;
  let architecture: Hive['architecture'] = 'x86';
  let mount = '';
  let values = 0;
  const take = (line: RegistryLine) => {
    if (line.kind === 'key') {
      node = reach(reached, line.path, file);
      node.modified = ticksOf(line.seconds);
    } else if (line.kind === 'value') {
      values += 1;
      if (values > mostValues) throw badRoot(file, 'more values than any registry has');
      (node ?? topOf(reached)).values.set(fold(line.value.name), line.value);
    } else if (line.kind === 'option') {
      if (node) hasLinks = takeOption(node, line).isLink || hasLinks;
      else if (line.name === 'arch' && line.text === 'win64') architecture = 'x64';
    } else mount = /relative to (.+)$/.exec(line.text)?.[1]?.replaceAll('\\\\', '\\') ?? mount;
  };
  for await (const lines of registryLines(linesOf(source, file), file)) lines.forEach(take);
  return hiveOf(reached, { architecture, mount, hasLinks });
}
