/** One package: its files and its programs. */
import {
  type ContentFile,
  type DetectionRule,
  gateWords,
  isInstallerPath,
  type PackageDetail,
  type Program,
} from '@holdfast/contract/web';
import { Badge, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { IconPlus, IconTerminal2 } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { change } from '../api/http.ts';
import { packageQuery } from '../api/queries.ts';
import { Installers } from '../installers/installer.tsx';
import type { Look } from '../installers/look.ts';
import { Confirm } from '../parts/confirm.tsx';
import { LinkAnchor, LinkButton } from '../parts/links.tsx';
import { column, Rows } from '../parts/listing.tsx';
import { Empty, Facts, Lines, Page, Section } from '../parts/page.tsx';
import { PlatformIcon } from '../parts/platform.tsx';
import { ProblemNotice } from '../parts/problems.tsx';
import { byteSize } from '../parts/sizes.ts';
import { Ago } from '../parts/times.tsx';
import { meaningWords } from './exit-codes.tsx';

/** Files shown at first: a package may have very many. */
const filesAtFirst = 50;

const fileColumns = [
  column<ContentFile>('Path', (file) => (
    <Text size="sm" className="hostile">
      {file.path}
    </Text>
  )),
  column<ContentFile>('Size', (file) => (
    <Text size="sm" className="number" style={{ whiteSpace: 'nowrap' }}>
      {byteSize(file.size)}
    </Text>
  )),
  column<ContentFile>('SHA-256', (file) => <span className="mono">{file.sha256}</span>),
];

function Files({ files }: { files: ContentFile[] }) {
  const [all, setAll] = useState(false);
  const shown = all ? files : files.slice(0, filesAtFirst);
  return (
    <>
      <Rows label="Files" columns={fileColumns} rows={shown} keyOf={(file) => file.path} />
      {shown.length < files.length && (
        <Button mt="sm" size="xs" variant="default" onClick={() => setAll(true)}>
          Show all {files.length.toLocaleString()} files
        </Button>
      )}
    </>
  );
}

/** A rule as a sentence. */
function ruleWords(rule: DetectionRule): string {
  switch (rule.kind) {
    case 'file': {
      const version = rule.minimumVersion === undefined ? '' : `, version ${rule.minimumVersion} or higher`;
      const hash = rule.sha256 === undefined ? '' : `, SHA-256 ${rule.sha256}`;
      return `File ${rule.path} exists${version}${hash}`;
    }
    case 'registry': {
      const name = rule.name === '' ? 'default value' : rule.name;
      const value = rule.value === undefined ? 'exists' : `is ${rule.value}`;
      return `${rule.hive}\\${rule.key}, ${name} ${value} (${rule.view ?? '64'}-bit view)`;
    }
    case 'package':
      return `Debian package ${rule.name} ${rule.version ?? ''} is installed`;
    case 'msi':
      return `Windows Installer product ${rule.productCode} is installed${
        rule.minimumVersion === undefined ? '' : `, version ${rule.minimumVersion} or higher`
      }`;
  }
}

function ProgramCard({ program }: { program: Program }) {
  const line = (text: string | undefined, otherwise: string) =>
    text === undefined ? otherwise : <code className="mono">{text}</code>;
  return (
    <Paper p="sm" component="article" aria-label={program.name}>
      <Group gap="xs" mb="xs">
        <PlatformIcon platform={program.platform} />
        <Title order={3} size="h6" className="hostile">
          {program.name}
        </Title>
        <Badge variant="light" color="gray" radius="sm" tt="none">
          at most {program.maxRunMinutes} min
        </Badge>
      </Group>
      <div className="long-facts">
        <Facts
          rows={[
            ['Install', line(program.install, '')],
            ['Repair', line(program.repair, 'the install command')],
            ['Uninstall', line(program.uninstall, 'cannot be removed')],
            [
              'Detection',
              <Stack key="rules" gap={2} component="ul" className="plain-list">
                {program.detection.map((rule) => (
                  <li key={ruleWords(rule)}>{ruleWords(rule)}</li>
                ))}
              </Stack>,
            ],
            [
              'Waits until',
              program.gates === undefined || program.gates.length === 0 ? (
                'nothing but what every program waits for'
              ) : (
                <Stack key="gates" gap={2} component="ul" className="plain-list">
                  {program.gates.map((gate) => (
                    <li key={gate.name}>{gateWords(gate)}</li>
                  ))}
                </Stack>
              ),
            ],
            [
              'Exit codes',
              program.exitCodes.length === 0
                ? 'the defaults'
                : `the defaults, and ${program.exitCodes
                    .map(({ code, meaning }) => `${code}: ${meaningWords[meaning].toLowerCase()}`)
                    .join('; ')}`,
            ],
          ]}
        />
      </div>
    </Paper>
  );
}

function Programs({ detail }: { detail: PackageDetail }) {
  const add = (
    <LinkButton
      to="/packages/$packageId/add-program"
      params={{ packageId: detail.id }}
      size="xs"
      variant="default"
      leftSection={<IconPlus size={14} />}
    >
      Add a program
    </LinkButton>
  );
  if (detail.programList.length === 0) {
    return (
      <Section title="Programs">
        <Empty icon={IconTerminal2} title="No program yet" action={add}>
          A program says how the package is installed, repaired and removed, and how that is detected.
        </Empty>
      </Section>
    );
  }
  return (
    <Section title="Programs" aside={add}>
      <Stack gap="sm">
        {detail.programList.map((program) => (
          <ProgramCard key={program.id} program={program} />
        ))}
      </Stack>
    </Section>
  );
}

function Actions({ detail }: { detail: PackageDetail }) {
  const navigate = useNavigate();
  return (
    <>
      <Confirm
        label="Remove"
        title={`Remove ${detail.name} ${detail.version}?`}
        act={() => change('DELETE', `/packages/${detail.id}`)}
        done="The package is removed."
        afterwards={() => void navigate({ to: '/packages' })}
      >
        The package and its programs are removed from the site. A package that is deployed cannot be removed:
        withdraw its deployments first.
      </Confirm>
      {detail.programList.length > 0 && (
        <LinkButton to="/deployments/new" search={{ packageId: detail.id }}>
          Deploy
        </LinkButton>
      )}
    </>
  );
}

export function PackagePage({ id, look }: { id: string; look: Look }) {
  const { data: detail, isError, error, refetch } = useQuery(packageQuery(id));
  if (detail === undefined) {
    return (
      <Page title="Package">{isError ? <ProblemNotice thrown={error} retry={refetch} /> : <Lines />}</Page>
    );
  }
  const installers = detail.contents.map(({ path }) => path).filter(isInstallerPath);
  return (
    <Page
      title={`${detail.name} ${detail.version}`}
      about={
        <>
          <LinkAnchor to="/packages" size="sm">
            Packages
          </LinkAnchor>{' '}
          · {detail.publisher === '' ? '' : `${detail.publisher} · `}
          {byteSize(detail.bytes)}, added <Ago at={detail.createdAt} />
        </>
      }
      actions={<Actions detail={detail} />}
    >
      <Programs detail={detail} />
      {installers.length > 0 && <Installers packageId={id} paths={installers} look={look} />}
      <Section title="Files">
        <Files files={detail.contents} />
      </Section>
    </Page>
  );
}
