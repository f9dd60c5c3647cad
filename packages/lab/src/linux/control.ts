/** Paragraphs of fields as Debian writes them (deb-control(5)), and what dpkg's database keeps of a package. */

/** Field by field, in order; further lines of a value begin with a blank, as in the file. */
export type Paragraph = ReadonlyMap<string, string>;

/** What somebody wants of a package, what is wrong with it, and how far it is: the three words of `Status` (dpkg(1)). */
export type PackageStatus = {
  readonly want: 'unknown' | 'install' | 'hold' | 'deinstall' | 'purge';
  readonly flag: 'ok' | 'reinstreq';
  readonly state:
    | 'not-installed'
    | 'config-files'
    | 'half-installed'
    | 'unpacked'
    | 'half-configured'
    | 'installed';
};

/** What the database says of one package. */
export type PackageRecord = {
  readonly name: string;
  readonly status: PackageStatus;
  /** All other fields but `Config-Version`. */
  readonly fields: Paragraph;
  /** The version that was configured last, while the package is not whole. */
  readonly configured: string | undefined;
};

/** The order in which dpkg 1.21 writes the fields of its database; those it does not know come behind. */
const fieldOrder = [
  'Package',
  'Essential',
  'Protected',
  'Status',
  'Priority',
  'Section',
  'Installed-Size',
  'Origin',
  'Maintainer',
  'Bugs',
  'Architecture',
  'Multi-Arch',
  'Source',
  'Version',
  'Config-Version',
  'Replaces',
  'Provides',
  'Depends',
  'Pre-Depends',
  'Recommends',
  'Suggests',
  'Breaks',
  'Conflicts',
  'Enhances',
  'Conffiles',
  'Description',
];

export function readParagraphs(text: string): Paragraph[] {
  return text
    .split(/\n(?:[ \t]*\n)+/)
    .map((block) => new Map(fieldsOf(block)))
    .filter((paragraph) => paragraph.size > 0);
}

function fieldsOf(block: string): [string, string][] {
  return [...block.matchAll(/^([^\s:#][^:\n]*):[ \t]*(.*(?:\n[ \t].*)*)/gm)].map(
    ([, name = '', value = '']) => [name, value.trimEnd()],
  );
}

export function paragraphText(paragraph: Paragraph): string {
  const rank = (name: string) => (fieldOrder.includes(name) ? fieldOrder.indexOf(name) : fieldOrder.length);
  return [...paragraph]
    .sort(([left], [right]) => rank(left) - rank(right))
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');
}

/** Undefined for a paragraph that names no package. */
export function recordOf(paragraph: Paragraph): PackageRecord | undefined {
  const name = paragraph.get('Package');
  if (name === undefined) return undefined;
  const [want, flag, state] = (paragraph.get('Status') ?? 'unknown ok not-installed').split(' ');
  const fields = new Map(paragraph);
  for (const own of ['Package', 'Status', 'Config-Version']) fields.delete(own);
  return {
    name,
    // The database is written by dpkg alone; what else stands there is told as it is.
    status: { want, flag, state } as PackageStatus,
    fields,
    configured: paragraph.get('Config-Version'),
  };
}

export function recordText({ name, status, fields, configured }: PackageRecord): string {
  const { want, flag, state } = status;
  const paragraph = new Map([['Package', name], ['Status', `${want} ${flag} ${state}`], ...fields]);
  if (configured !== undefined) paragraph.set('Config-Version', configured);
  return paragraphText(paragraph);
}

/** Whether the package manager calls it installed: whole, and wanted or held. */
export function isInstalled({ status: { want, flag, state } }: PackageRecord): boolean {
  return (want === 'install' || want === 'hold') && flag === 'ok' && state === 'installed';
}
