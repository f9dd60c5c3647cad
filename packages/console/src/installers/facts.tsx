/** What an .msi says of itself: product, codes, language, totals. */
import type { InstallerDescription } from '@holdfast/contract/web';
import { Badge, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { counted } from '../parts/counted.ts';
import { Facts } from '../parts/page.tsx';
import { byteSize } from '../parts/sizes.ts';
import { shortTime } from '../parts/times.tsx';
import { languageName } from './languages.ts';

type Fact = readonly [string, ReactNode];

const kinds: Readonly<Record<InstallerDescription['kind'], string>> = {
  installer: 'Installer',
  'merge-module': 'Merge module: it becomes part of other packages',
  transform: 'Transform: it changes another package',
  patch: 'Patch: it changes an installed product',
};

const scopes = {
  machine: 'the whole machine',
  user: 'one user',
  either: 'the machine or one user',
} as const;

/** Names of the summary information that say something beyond the product itself. */
const summaryNames: readonly (readonly [string, string])[] = [
  ['title', 'Title'],
  ['subject', 'Subject'],
  ['author', 'Author'],
  ['comments', 'Comments'],
  ['template', 'Template'],
  ['packageCode', 'Package code'],
  ['created', 'Created'],
  ['application', 'Made with'],
];

export function totalWords({ totals }: InstallerDescription): string {
  return [
    counted(totals.features, 'feature', 'features'),
    counted(totals.components, 'component', 'components'),
    `${counted(totals.files, 'file', 'files')}, ${byteSize(totals.bytes)} once installed`,
    counted(totals.registry, 'registry value', 'registry values'),
  ].join(' · ');
}

const present = (facts: readonly Fact[]) => facts.filter(([, value]) => value !== null && value !== '');
const code = (text: string | null) => (text === null ? null : <span className="mono">{text}</span>);

/** The facts that an administrator would otherwise have to type in. */
export function ProductFacts({ found }: { found: InstallerDescription }) {
  return (
    <div className="code-facts">
      <Facts
        rows={present([
          ['Product', found.name],
          ['Version', found.version],
          ['Publisher', found.publisher],
          ['Language', found.language === null ? null : languageName(found.language)],
          ['Architecture', found.architecture],
          ['Installs for', found.software === null ? null : scopes[found.software.scope]],
          ['Product code', code(found.productCode)],
          ['Upgrade code', code(found.upgradeCode)],
          ['Holds', totalWords(found)],
        ])}
      />
    </div>
  );
}

function summaryValue(key: string, value: string | number | undefined): ReactNode {
  if (value === undefined) return null;
  if (key === 'packageCode') return code(String(value));
  return key === 'created' ? shortTime(Date.parse(String(value))) : value;
}

/** Product, and what the package says of itself as a file. */
export function InstallerFacts({ found }: { found: InstallerDescription }) {
  return (
    <Stack gap="md">
      {found.kind !== 'installer' && (
        <Badge color="gray" variant="light" radius="sm" tt="none">
          {kinds[found.kind]}
        </Badge>
      )}
      <ProductFacts found={found} />
      <section aria-label="Summary information">
        <Text size="sm" fw={600} mb={6}>
          Summary information
        </Text>
        <div className="code-facts">
          <Facts
            rows={present([
              ...summaryNames.map(([key, name]): Fact => [name, summaryValue(key, found.summary[key])]),
              ['Code page', found.codePage === 0 ? 'neutral (0)' : found.codePage],
              ['Size', byteSize(found.size)],
            ])}
          />
        </div>
      </section>
    </Stack>
  );
}

/** Sentences about the derived program. */
export function Notes({ notes }: { notes: readonly string[] }) {
  if (notes.length === 0) return null;
  return (
    <Stack gap={2} component="ul" className="plain-list" aria-label="About this program">
      {notes.map((note) => (
        <Text key={note} component="li" size="sm" c="dimmed" className="hostile">
          {note}
        </Text>
      ))}
    </Stack>
  );
}
