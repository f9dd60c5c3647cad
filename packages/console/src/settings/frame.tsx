/** The frame of the settings: one tab for each. */
import { Tabs } from '@mantine/core';
import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { Page } from '../parts/page.tsx';

const tabs = [
  { to: '/settings/tokens', label: 'Enrolment tokens' },
  { to: '/settings/api-keys', label: 'API keys' },
  { to: '/settings/audit', label: 'Audit' },
  { to: '/settings/password', label: 'Password' },
] as const;

export function SettingsFrame() {
  const navigate = useNavigate();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const open = (value: string | null) => {
    const tab = tabs.find(({ to }) => to === value);
    if (tab !== undefined) void navigate({ to: tab.to });
  };
  return (
    <Page title="Settings">
      <Tabs value={path} onChange={open}>
        <Tabs.List>
          {tabs.map(({ to, label }) => (
            <Tabs.Tab key={to} value={to}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={path} pt="md">
          <Outlet />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
