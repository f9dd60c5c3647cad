/** Where a reader is inside an .msi: part of the address, so that it can be linked to and gone back to. */

export const installerParts = ['product', 'features', 'files', 'tables', 'streams', 'plan'] as const;

export type Look = {
  /** Path of the .msi; the first one where absent. */
  readonly installer?: string | undefined;
  readonly part?: (typeof installerParts)[number] | undefined;
  readonly table?: string | undefined;
  /** Of the files: only those of this feature. */
  readonly feature?: string | undefined;
};

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' && value.length <= 1024 ? value : undefined;

/** What of the search parameters of an address counts. */
export function lookOf(search: Readonly<Record<string, unknown>>): Look {
  const part = installerParts.find((one) => one === search.part);
  const look = {
    installer: text(search.installer),
    part,
    table: part === 'tables' ? text(search.table) : undefined,
    feature: part === 'files' ? text(search.feature) : undefined,
  };
  return Object.fromEntries(Object.entries(look).filter(([, value]) => value !== undefined));
}
