/** The frame of the lists of clients: those that are, those that are being set up, and the versions that they have. */
import { Page } from '../parts/page.tsx';
import { type RouteTab, RouteTabs } from '../parts/tabs.tsx';
import { AddClient } from './add-client.tsx';

const tabs: readonly RouteTab[] = [
  { to: '/clients', label: 'Clients' },
  { to: '/clients/setups', label: 'Set-ups' },
  { to: '/clients/versions', label: 'Client versions' },
];

export function ClientsFrame() {
  return (
    <Page title="Clients" about="Machines that this site manages." actions={<AddClient />}>
      <RouteTabs tabs={tabs} />
    </Page>
  );
}
