/** What makes a machine a client with a token: one line for each platform, or the packages by hand. */
import { type ClientSetup, setupLine, type TokenCreated } from '@holdfast/contract/web';
import { Alert, Anchor, Button, Code, Group, NativeSelect, Stack, Tabs, Text } from '@mantine/core';
import { IconDownload, IconPackageOff } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { fetchFile } from '../../api/http.ts';
import { setupOfferQuery } from '../../api/life-queries.ts';
import { Copyable } from '../../parts/copy.tsx';
import { Lines } from '../../parts/page.tsx';
import { PlatformIcon, platformName } from '../../parts/platform.tsx';
import { notifyProblem, ProblemNotice } from '../../parts/problems.tsx';
import { byteSize } from '../../parts/sizes.ts';

type Offer = { readonly setup: ClientSetup; readonly token: string };
type OfferedPackage = NonNullable<ClientSetup['release']>['packages'][number];

/** Said where the site has nothing to hand out, with what changes that. */
export function NoRelease() {
  return (
    <Alert
      className="notice"
      color="yellow"
      icon={<IconPackageOff />}
      title="This site has no release of the client yet"
    >
      <Stack gap="xs">
        <Text size="sm">
          Add the one that a build has written. --trust has the site trust the key that signed it; that is
          needed once.
        </Text>
        <Copyable label="On your own machine" text="holdfast release add dist/client --trust" />
      </Stack>
    </Alert>
  );
}

function Missing({ setup, platform }: { setup: ClientSetup; platform: 'linux' | 'windows' }) {
  if (setup.release === null) return <NoRelease />;
  return (
    <Text size="sm">
      Release {setup.release.version} has no package for {platformName(platform)}.
    </Text>
  );
}

function PackageFacts({ offered }: { offered: OfferedPackage }) {
  return (
    <Text size="sm" c="dimmed" component="div" className="hostile">
      <Anchor href={offered.url} size="sm" rel="noreferrer">
        {offered.name}
      </Anchor>
      , {byteSize(offered.size)}. SHA-256: <Code>{offered.sha256}</Code>
    </Text>
  );
}

/** The line as the contract makes it; what it cannot be made of is said. */
function Line({ setup, token, platform }: Offer & { platform: 'linux' | 'windows' }) {
  try {
    const label = platform === 'linux' ? 'Run this on the machine' : 'Run this as administrator, in cmd';
    return <Copyable label={label} text={setupLine(setup, platform, token)} />;
  } catch (thrown) {
    return <ProblemNotice thrown={thrown} />;
  }
}

function LinuxLine({ setup, token }: Offer) {
  if (setup.setupScript === null) return <Missing setup={setup} platform="linux" />;
  return (
    <Stack gap="sm">
      <Line setup={setup} token={token} platform="linux" />
      <Text size="sm" c="dimmed" component="div" className="hostile">
        It fetches{' '}
        <Anchor href={setup.setupScript.url} size="sm" rel="noreferrer">
          the script
        </Anchor>{' '}
        from this site and runs it only if its hash is the one in the line. The package brings all that the
        client needs.
      </Text>
    </Stack>
  );
}

/** Saves the .msi with address and token in it. */
function ConfiguredPackage({ version, name, token }: { version: string; name: string; token: string }) {
  const fetching = useMutation({
    mutationFn: () => fetchFile(`/client-releases/${version}/packages/${name}/configured`, { token }),
    onSuccess: (file) => {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(file);
      link.download = name;
      link.click();
      URL.revokeObjectURL(link.href);
    },
    onError: notifyProblem,
  });
  return (
    <Group gap="xs">
      <Button
        variant="default"
        size="xs"
        leftSection={<IconDownload size={15} />}
        loading={fetching.isPending}
        onClick={() => fetching.mutate()}
      >
        Download with address and token in it
      </Button>
      <Text size="xs" c="dimmed">
        A double click sets a machine up. Whoever has the file may enrol with the token.
      </Text>
    </Group>
  );
}

function WindowsLine({ setup, token }: Offer) {
  const msi = setup.release?.packages.find(({ kind }) => kind === 'msi');
  if (setup.release === null || msi === undefined) return <Missing setup={setup} platform="windows" />;
  return (
    <Stack gap="sm">
      <Line setup={setup} token={token} platform="windows" />
      <PackageFacts offered={msi} />
      <ConfiguredPackage version={setup.release.version} name={msi.name} token={token} />
    </Stack>
  );
}

const installing = { deb: 'dpkg -i', rpm: 'rpm -U' } as const;

/** The system's own packages that a person installs: .deb and .rpm. */
function handPackages({ release }: ClientSetup) {
  return (release?.packages ?? []).flatMap((offered) =>
    offered.kind === 'deb' || offered.kind === 'rpm' ? [{ offered, install: installing[offered.kind] }] : [],
  );
}

function ByHand({ setup, token }: Offer) {
  const packages = handPackages(setup);
  const [chosen, setChosen] = useState('');
  const { offered, install } = packages.find((each) => each.offered.name === chosen) ?? packages[0] ?? {};
  return (
    <Stack gap="sm">
      {setup.release === null && <NoRelease />}
      {offered !== undefined && install !== undefined && (
        <>
          <NativeSelect
            label="Package"
            data={packages.map((each) => ({
              value: each.offered.name,
              label: `${each.offered.name} (${each.offered.kind}, ${each.offered.architecture})`,
            }))}
            value={offered.name}
            onChange={(event) => setChosen(event.currentTarget.value)}
          />
          <PackageFacts offered={offered} />
          <Copyable label="Install the package" text={`sudo ${install} ./${offered.name}`} />
        </>
      )}
      <Copyable
        label="Enrol the client"
        text={`sudo holdfast-client enrol --site ${setup.managementPoint} --token ${token}`}
      />
      <Text size="sm" c="dimmed">
        The service of the package runs from its installation on, and works as soon as the machine is
        enrolled.
      </Text>
    </Stack>
  );
}

/** The ways to a client, one tab for each. */
export function SetupLines({ created }: { created: TokenCreated }) {
  const { data: setup, isError, error, refetch } = useQuery(setupOfferQuery);
  if (setup === undefined) return isError ? <ProblemNotice thrown={error} retry={refetch} /> : <Lines />;
  const offer = { setup, token: created.token };
  return (
    <Tabs defaultValue="linux" keepMounted={false}>
      <Tabs.List mb="sm">
        <Tabs.Tab value="linux" leftSection={<PlatformIcon platform="linux" size={16} />}>
          Linux
        </Tabs.Tab>
        <Tabs.Tab value="windows" leftSection={<PlatformIcon platform="windows" size={16} />}>
          Windows
        </Tabs.Tab>
        <Tabs.Tab value="hand">By hand</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="linux">
        <LinuxLine {...offer} />
      </Tabs.Panel>
      <Tabs.Panel value="windows">
        <WindowsLine {...offer} />
      </Tabs.Panel>
      <Tabs.Panel value="hand">
        <ByHand {...offer} />
      </Tabs.Panel>
    </Tabs>
  );
}
