/** The Windows Installer packages in a package: what each is, holds and says, part by part. */
import type { InstallerDescription } from '@holdfast/contract/web';
import { NativeSelect, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type InstallerPlace, installerQuery } from '../api/queries.ts';
import { Lines, Section } from '../parts/page.tsx';
import { ProblemNotice } from '../parts/problems.tsx';
import { InstallerFacts } from './facts.tsx';
import { Features } from './features.tsx';
import { InstallerFiles } from './files.tsx';
import type { Look } from './look.ts';
import { PlanView } from './plan/plan.tsx';
import { Streams } from './streams.tsx';
import { InstallerTablesView } from './tables.tsx';

function partsOf({
  kind,
  totals,
}: InstallerDescription): readonly (readonly [NonNullable<Look['part']>, string])[] {
  return [
    ['product', 'Product'],
    ['features', `Features (${totals.features.toLocaleString()})`],
    ['files', `Files (${totals.files.toLocaleString()})`],
    ['tables', `Tables (${totals.tables.toLocaleString()})`],
    ['streams', `Streams (${totals.streams.toLocaleString()})`],
    // Nothing else can be run by itself.
    ...(kind === 'installer' ? [['plan', 'Plan'] as const] : []),
  ];
}

type PartProps = {
  readonly place: InstallerPlace;
  readonly found: InstallerDescription;
  readonly look: Look;
  readonly go: (look: Look) => void;
};

function Part({ place, found, look, go }: PartProps) {
  switch (look.part ?? 'product') {
    case 'product':
      return <InstallerFacts found={found} />;
    case 'features':
      return <Features found={found} showFiles={(feature) => go({ part: 'files', feature })} />;
    case 'files':
      return (
        <InstallerFiles
          key={look.feature}
          place={place}
          found={found}
          feature={look.feature}
          choose={(feature) => go({ part: 'files', feature })}
        />
      );
    case 'tables':
      return (
        <InstallerTablesView
          place={place}
          table={look.table}
          choose={(table) => go({ part: 'tables', table })}
        />
      );
    case 'streams':
      return <Streams found={found} />;
    case 'plan':
      return <PlanView place={place} found={found} />;
  }
}

function Parts(props: PartProps) {
  const { found, look, go } = props;
  const parts = partsOf(found);
  return (
    <Tabs
      value={look.part ?? 'product'}
      onChange={(value) => {
        const part = parts.find(([name]) => name === value)?.[0];
        if (part !== undefined) go({ part });
      }}
    >
      <Tabs.List>
        {parts.map(([part, words]) => (
          <Tabs.Tab key={part} value={part}>
            {words}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value={look.part ?? 'product'} pt="md">
        <Part {...props} />
      </Tabs.Panel>
    </Tabs>
  );
}

/** One section for all .msi files of a package; `look` is where the reader is, and stands in the address. */
export function Installers(props: { packageId: string; paths: readonly string[]; look: Look }) {
  const { packageId, paths, look } = props;
  const navigate = useNavigate();
  const path = paths.find((one) => one === look.installer) ?? paths[0] ?? '';
  const place = { packageId, path };
  const { data: found, isError, error, refetch } = useQuery(installerQuery(place));
  const go = (next: Look) =>
    void navigate({
      to: '/packages/$packageId',
      params: { packageId },
      search: { ...(path === paths[0] ? {} : { installer: path }), ...next },
      resetScroll: false,
    });
  return (
    <Section
      title="Windows Installer package"
      aside={
        paths.length > 1 ? (
          <NativeSelect
            aria-label="Installer"
            value={path}
            data={[...paths]}
            onChange={(event) => go({ installer: event.currentTarget.value, part: look.part })}
          />
        ) : (
          <Text size="sm" c="dimmed" className="mono hostile">
            {path}
          </Text>
        )
      }
    >
      {found === undefined ? (
        isError ? (
          <ProblemNotice thrown={error} retry={refetch} />
        ) : (
          <Lines />
        )
      ) : (
        <Parts key={path} place={place} found={found} look={look} go={go} />
      )}
    </Section>
  );
}
