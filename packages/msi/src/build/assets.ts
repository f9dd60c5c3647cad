/** Icons and programs that a package carries for itself: rows of Icon and Binary. */
import type { ByteSource } from '../source.ts';
import type { ReadFile } from './contents.ts';
import type { ProductDescription } from './description.ts';
import { derivedId } from './names.ts';
import { wrong } from './read-description.ts';
import type { Rows } from './rows.ts';

export type Assets = {
  /** Key of the Icon table of a source that was opened. */
  iconId(source: string): string;
  binaryId(source: string): string;
  /** By the table and key of its row. */
  readonly contents: readonly { readonly name: string; readonly content: ByteSource }[];
  write(rows: Rows): void;
};

type Wanted = { readonly field: string; readonly source: string };

function iconsOf(product: ProductDescription): Wanted[] {
  const shortcuts = [
    ...(product.shortcuts ?? []).map((it, index) => ({ field: `shortcuts[${index}].icon`, it })),
    ...(product.components ?? []).flatMap((component, index) =>
      (component.shortcuts ?? []).map((it, inner) => ({
        field: `components[${index}].shortcuts[${inner}].icon`,
        it,
      })),
    ),
  ];
  const wanted = shortcuts.flatMap(({ field, it }) =>
    it.icon === undefined ? [] : [{ field, source: it.icon }],
  );
  const own = product.programs?.icon;
  return own === undefined ? wanted : [...wanted, { field: 'programs.icon', source: own }];
}

const fileName = (source: string): string => source.split(/[\\/]/).at(-1) ?? source;

/** The id of an icon keeps the extension of its file: Windows reads it by that. */
function iconIdOf({ field, source }: Wanted): string {
  const [, stem = '', extension = ''] = /^(.*)\.(ico|exe|dll)$/i.exec(fileName(source)) ?? [];
  if (extension === '') throw wrong(field, 'an icon comes from an .ico, .exe or .dll file');
  return `${derivedId(stem.slice(0, 40), source)}.${extension.toLowerCase()}`;
}

/** Opens all icons and programs once, however often they are used. */
export async function openAssets(product: ProductDescription, readFile: ReadFile): Promise<Assets> {
  const icons = new Map<string, { id: string; content: ByteSource }>();
  const binaries = new Map<string, { id: string; content: ByteSource }>();
  const opened = async ({ field, source }: Wanted): Promise<ByteSource> =>
    readFile(source).catch((cause: unknown) => {
      throw wrong(field, `${source} cannot be read`, cause);
    });
  for (const wanted of iconsOf(product)) {
    if (icons.has(wanted.source)) continue;
    icons.set(wanted.source, { id: iconIdOf(wanted), content: await opened(wanted) });
  }
  for (const [index, { binary }] of (product.customActions ?? []).entries()) {
    if (binary === undefined || binaries.has(binary)) continue;
    const wanted = { field: `customActions[${index}].binary`, source: binary };
    binaries.set(binary, { id: derivedId(fileName(binary), binary), content: await opened(wanted) });
  }
  const idIn = (assets: ReadonlyMap<string, { id: string }>) => (source: string) => {
    const found = assets.get(source);
    if (found === undefined) throw new TypeError(`${source} was not opened`);
    return found.id;
  };
  return {
    iconId: idIn(icons),
    binaryId: idIn(binaries),
    contents: [
      ...[...icons.values()].map(({ id, content }) => ({ name: `Icon.${id}`, content })),
      ...[...binaries.values()].map(({ id, content }) => ({ name: `Binary.${id}`, content })),
    ],
    write(rows) {
      for (const { id, content } of icons.values()) rows.add('Icon', 'icon', { Name: id, Data: content });
      for (const { id, content } of binaries.values()) {
        rows.add('Binary', 'binary', { Name: id, Data: content });
      }
    },
  };
}
