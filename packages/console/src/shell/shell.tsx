/** The frame around every page of a signed-in administrator: navigation, live indicator, scheme, account. */
import {
  ActionIcon,
  AppShell,
  Burger,
  Divider,
  Group,
  Menu,
  ScrollArea,
  Stack,
  Text,
  Tooltip,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconDevices,
  IconLayoutDashboard,
  IconLogout,
  IconPackage,
  IconRocket,
  IconSettings,
  IconStack2,
  IconUserCircle,
} from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Outlet } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { followLive, type LiveState } from '../api/live.ts';
import { siteQuery } from '../api/queries.ts';
import { type Person, sessionQuery, signOut } from '../api/session.ts';
import { LinkEntry } from '../parts/links.tsx';
import { notifyProblem } from '../parts/problems.tsx';
import { SchemeSwitch } from './scheme.tsx';
import { Wordmark } from './wordmark.tsx';

const places = [
  { to: '/', label: 'Overview', icon: IconLayoutDashboard },
  { to: '/clients', label: 'Clients', icon: IconDevices },
  { to: '/collections', label: 'Collections', icon: IconStack2 },
  { to: '/packages', label: 'Packages', icon: IconPackage },
  { to: '/deployments', label: 'Deployments', icon: IconRocket },
  { to: '/settings', label: 'Settings', icon: IconSettings },
] as const;

const liveWords: Readonly<Record<LiveState, { label: string; about: string }>> = {
  connecting: { label: 'Connecting', about: 'Opening the live feed of the site' },
  live: { label: 'Live', about: 'Changes appear as they happen' },
  offline: {
    label: 'Not live',
    about: 'The feed is away; it comes back by itself and everything is read again',
  },
};

function LiveIndicator({ state }: { state: LiveState }) {
  return (
    <Tooltip label={liveWords[state].about}>
      <Group gap={7} wrap="nowrap" role="status" aria-live="polite">
        <span className="pulse" data-state={state} />
        <Text size="xs" c="dimmed">
          {liveWords[state].label}
        </Text>
      </Group>
    </Tooltip>
  );
}

function Account({ person }: { person: Person }) {
  const queries = useQueryClient();
  const leave = async () => {
    try {
      await signOut();
      queries.clear();
      queries.setQueryData(sessionQuery.queryKey, null);
      window.location.assign('/sign-in');
    } catch (thrown) {
      notifyProblem(thrown);
    }
  };
  return (
    <Menu position="bottom-end" withArrow>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label="Account">
          <IconUserCircle size={20} stroke={1.7} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label className="hostile">
          {person.name}
          <br />
          {person.email}
        </Menu.Label>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={leave}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Navigation({ close }: { close: () => void }) {
  return (
    <Stack gap={2}>
      {places.map(({ to, label, icon: Icon }) => (
        <LinkEntry
          key={to}
          to={to}
          activeOptions={{ exact: to === '/' }}
          activeProps={{ active: true, 'aria-current': 'page' }}
          label={label}
          leftSection={<Icon size={18} stroke={1.7} />}
          className="nav-link"
          onClick={close}
        />
      ))}
    </Stack>
  );
}

function SiteLine() {
  const { data: site } = useQuery(siteQuery);
  if (site === undefined) return null;
  return (
    <Stack gap={0}>
      <Text size="xs" fw={600}>
        Site {site.siteCode}
      </Text>
      <Text size="xs" c="dimmed">
        Holdfast {site.version}
      </Text>
    </Stack>
  );
}

/** Follows the live feed as long as the frame is on the screen. */
function useLive(): LiveState {
  const queries = useQueryClient();
  const [state, setState] = useState<LiveState>('connecting');
  useEffect(() => followLive(queries, setState), [queries]);
  return state;
}

export function Shell({ person }: { person: Person }) {
  const [opened, { toggle, close }] = useDisclosure(false);
  const live = useLive();
  return (
    <AppShell
      layout="alt"
      header={{ height: 52 }}
      navbar={{ width: 216, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding={{ base: 'md', sm: 'lg' }}
    >
      <AppShell.Header px="md" withBorder>
        <Group h="100%" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap" hiddenFrom="sm">
            <Burger opened={opened} onClick={toggle} size="sm" aria-label="Open the navigation" />
            <Wordmark size={22} />
          </Group>
          <span />
          <Group gap="xs" wrap="nowrap">
            <LiveIndicator state={live} />
            <SchemeSwitch />
            <Account person={person} />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" aria-label="Main">
        <AppShell.Section h={40} px={6}>
          <Group h="100%" justify="space-between" wrap="nowrap">
            <Wordmark />
            <Burger
              opened={opened}
              onClick={toggle}
              size="sm"
              hiddenFrom="sm"
              aria-label="Close the navigation"
            />
          </Group>
        </AppShell.Section>
        <AppShell.Section grow component={ScrollArea} mt="sm">
          <Navigation close={close} />
        </AppShell.Section>
        <Divider my="xs" />
        <AppShell.Section px={8}>
          <SiteLine />
        </AppShell.Section>
      </AppShell.Navbar>
      <AppShell.Main className="shell-main">
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}
