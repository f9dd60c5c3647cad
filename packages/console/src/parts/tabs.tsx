/** Tabs that are pages: each has an address of its own. */
import { Tabs } from '@mantine/core';
import { type LinkProps, Outlet, useNavigate, useRouterState } from '@tanstack/react-router';

export type RouteTab = { readonly to: NonNullable<LinkProps['to']>; readonly label: string };

export function RouteTabs({ tabs }: { tabs: readonly RouteTab[] }) {
  const navigate = useNavigate();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const open = (value: string | null) => {
    const tab = tabs.find(({ to }) => to === value);
    if (tab !== undefined) void navigate({ to: tab.to });
  };
  return (
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
  );
}
