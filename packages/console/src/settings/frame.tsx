/** The frame of the settings: one tab for each. */
import { Page } from '../parts/page.tsx';
import { type RouteTab, RouteTabs } from '../parts/tabs.tsx';

const tabs: readonly RouteTab[] = [
  { to: '/settings/tokens', label: 'Enrolment tokens' },
  { to: '/settings/releases', label: 'Client releases' },
  { to: '/settings/api-keys', label: 'API keys' },
  { to: '/settings/audit', label: 'Audit' },
  { to: '/settings/password', label: 'Password' },
];

export function SettingsFrame() {
  return (
    <Page title="Settings">
      <RouteTabs tabs={tabs} />
    </Page>
  );
}
