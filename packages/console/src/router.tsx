/** The addresses of the console. */
import type { HealthState, SetupState, Wire } from '@holdfast/contract/web';
import { Button, Center, Loader, Text } from '@mantine/core';
import { IconMapOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import {
  createRootRoute,
  createRoute,
  createRouter,
  type ErrorComponentProps,
  Navigate,
  Outlet,
  useRouterState,
} from '@tanstack/react-router';
import { sessionQuery } from './api/session.ts';
import { ClientPage } from './clients/client.tsx';
import { ClientsPage } from './clients/clients.tsx';
import { ClientsFrame } from './clients/frame.tsx';
import { healthStateOf } from './clients/health/looks.ts';
import { setupStateOf } from './clients/setups/looks.ts';
import { SetupPage } from './clients/setups/setup.tsx';
import { SetupsPage } from './clients/setups/setups.tsx';
import { OrderPage } from './clients/versions/order.tsx';
import { UpgradePage } from './clients/versions/upgrade.tsx';
import { ClientVersionsPage } from './clients/versions/versions.tsx';
import { wireOfText } from './clients/wires.ts';
import { CollectionPage } from './collections/collection.tsx';
import { CollectionsPage } from './collections/collections.tsx';
import { EditCollectionPage, NewCollectionPage } from './collections/edit.tsx';
import { DeploymentPage } from './deployments/deployment.tsx';
import { DeploymentsPage } from './deployments/deployments.tsx';
import { DeployPage } from './deployments/wizard.tsx';
import { lookOf } from './installers/look.ts';
import { OverviewPage } from './overview/overview.tsx';
import { LinkButton } from './parts/links.tsx';
import { Empty } from './parts/page.tsx';
import { ProblemNotice } from './parts/problems.tsx';
import { FirstRunPage } from './session/first-run.tsx';
import { SignInPage } from './session/sign-in.tsx';
import { ApiKeysPage } from './settings/api-keys.tsx';
import { AuditPage } from './settings/audit.tsx';
import { SettingsFrame } from './settings/frame.tsx';
import { PasswordPage } from './settings/password.tsx';
import { ReleasesPage } from './settings/releases.tsx';
import { TokensPage } from './settings/tokens.tsx';
import { Shell } from './shell/shell.tsx';
import { AddProgramPage } from './software/add-program.tsx';
import { PackagePage } from './software/package.tsx';
import { PackagesPage } from './software/packages.tsx';
import { NewPackagePage } from './software/wizard.tsx';

function NotFound() {
  return (
    <Empty
      icon={IconMapOff}
      title="There is no such page"
      action={
        <LinkButton to="/" variant="light">
          Go to the overview
        </LinkButton>
      }
    />
  );
}

function Broken({ error, reset }: ErrorComponentProps) {
  return (
    <Center p="xl">
      <div>
        <ProblemNotice thrown={error} retry={reset} />
        <Button mt="md" variant="subtle" onClick={() => window.location.assign('/')}>
          Go to the overview
        </Button>
      </div>
    </Center>
  );
}

/** Lets administrators in, and sends everyone else to sign in. */
function SignedIn() {
  const { data: session, error, isPending, refetch } = useQuery(sessionQuery);
  const { pathname, href } = useRouterState({ select: ({ location }) => location });
  if (session) return <Shell person={session} />;
  if (isPending) {
    return (
      <Center h="100dvh" role="status">
        <Loader aria-hidden />
        <Text className="mantine-visually-hidden">Loading</Text>
      </Center>
    );
  }
  if (error !== null) {
    return (
      <Center h="100dvh" p="md">
        <ProblemNotice thrown={error} retry={refetch} />
      </Center>
    );
  }
  // On its way there already, this is drawn once more.
  if (pathname === '/sign-in') return null;
  return <Navigate to="/sign-in" search={{ next: href }} replace />;
}

/** Text of a search parameter. */
const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** A path of this console, with its parameters: what could lead to another host does not count. */
function ownPath(value: unknown): string | undefined {
  const path = text(value);
  if (path?.startsWith('/') !== true || !URL.canParse(path, window.location.origin)) return undefined;
  return new URL(path, window.location.origin).origin === window.location.origin ? path : undefined;
}

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });
const firstRun = createRoute({ getParentRoute: () => root, path: '/first-run', component: FirstRunPage });
const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search): { next?: string } => {
    const next = ownPath(search.next);
    return next === undefined ? {} : { next };
  },
  component: () => <SignInPage {...signIn.useSearch()} />,
});
const inside = createRoute({ getParentRoute: () => root, id: 'inside', component: SignedIn });

const overview = createRoute({ getParentRoute: () => inside, path: '/', component: OverviewPage });

const clientsFrame = createRoute({
  getParentRoute: () => inside,
  id: 'clients-frame',
  component: ClientsFrame,
});
const clients = createRoute({
  getParentRoute: () => clientsFrame,
  path: '/clients',
  validateSearch: (search): { health?: HealthState; wire?: Wire } => {
    const health = healthStateOf(search.health);
    const wire = wireOfText(search.wire);
    return { ...(health === undefined ? {} : { health }), ...(wire === undefined ? {} : { wire }) };
  },
  component: () => <ClientsPage {...clients.useSearch()} />,
});
const setups = createRoute({
  getParentRoute: () => clientsFrame,
  path: '/clients/setups',
  validateSearch: (search): { state?: SetupState } => {
    const state = setupStateOf(search.state);
    return state === undefined ? {} : { state };
  },
  component: () => <SetupsPage state={setups.useSearch().state} />,
});
const setup = createRoute({
  getParentRoute: () => inside,
  path: '/clients/setups/$setupId',
  component: () => <SetupPage id={setup.useParams().setupId} />,
});
const versions = createRoute({
  getParentRoute: () => clientsFrame,
  path: '/clients/versions',
  component: ClientVersionsPage,
});
const orderVersion = createRoute({
  getParentRoute: () => inside,
  path: '/clients/versions/order',
  validateSearch: (search): { action: 'upgrade' | 'rollback' } => ({
    action: search.action === 'rollback' ? 'rollback' : 'upgrade',
  }),
  component: () => {
    const { action } = orderVersion.useSearch();
    return <OrderPage key={action} action={action} />;
  },
});
const upgrade = createRoute({
  getParentRoute: () => inside,
  path: '/clients/versions/$upgradeId',
  component: () => <UpgradePage id={upgrade.useParams().upgradeId} />,
});
const client = createRoute({
  getParentRoute: () => inside,
  path: '/clients/$clientId',
  component: () => <ClientPage id={client.useParams().clientId} />,
});

const packages = createRoute({ getParentRoute: () => inside, path: '/packages', component: PackagesPage });
const newPackage = createRoute({
  getParentRoute: () => inside,
  path: '/packages/new',
  component: NewPackagePage,
});
const onePackage = createRoute({
  getParentRoute: () => inside,
  path: '/packages/$packageId',
  validateSearch: lookOf,
  component: () => <PackagePage id={onePackage.useParams().packageId} look={onePackage.useSearch()} />,
});
const addProgram = createRoute({
  getParentRoute: () => inside,
  path: '/packages/$packageId/add-program',
  component: () => <AddProgramPage packageId={addProgram.useParams().packageId} />,
});

const deployments = createRoute({
  getParentRoute: () => inside,
  path: '/deployments',
  component: DeploymentsPage,
});
const deploy = createRoute({
  getParentRoute: () => inside,
  path: '/deployments/new',
  validateSearch: (search): { packageId?: string; collectionId?: string } => {
    const packageId = text(search.packageId);
    const collectionId = text(search.collectionId);
    return {
      ...(packageId === undefined ? {} : { packageId }),
      ...(collectionId === undefined ? {} : { collectionId }),
    };
  },
  component: () => <DeployPage {...deploy.useSearch()} />,
});
const deployment = createRoute({
  getParentRoute: () => inside,
  path: '/deployments/$deploymentId',
  component: () => <DeploymentPage id={deployment.useParams().deploymentId} />,
});

const collections = createRoute({
  getParentRoute: () => inside,
  path: '/collections',
  component: CollectionsPage,
});
const newCollection = createRoute({
  getParentRoute: () => inside,
  path: '/collections/new',
  component: NewCollectionPage,
});
const collection = createRoute({
  getParentRoute: () => inside,
  path: '/collections/$collectionId',
  component: () => <CollectionPage id={collection.useParams().collectionId} />,
});
const editCollection = createRoute({
  getParentRoute: () => inside,
  path: '/collections/$collectionId/edit',
  component: () => <EditCollectionPage id={editCollection.useParams().collectionId} />,
});

const settings = createRoute({ getParentRoute: () => inside, path: '/settings', component: SettingsFrame });
const settingsStart = createRoute({
  getParentRoute: () => settings,
  path: '/',
  component: () => <Navigate to="/settings/tokens" replace />,
});
const tokens = createRoute({ getParentRoute: () => settings, path: '/tokens', component: TokensPage });
const releases = createRoute({
  getParentRoute: () => settings,
  path: '/releases',
  component: ReleasesPage,
});
const apiKeys = createRoute({ getParentRoute: () => settings, path: '/api-keys', component: ApiKeysPage });
const audit = createRoute({ getParentRoute: () => settings, path: '/audit', component: AuditPage });
const password = createRoute({ getParentRoute: () => settings, path: '/password', component: PasswordPage });

export const router = createRouter({
  routeTree: root.addChildren([
    firstRun,
    signIn,
    inside.addChildren([
      overview,
      clientsFrame.addChildren([clients, setups, versions]),
      setup,
      orderVersion,
      upgrade,
      client,
      packages,
      newPackage,
      onePackage,
      addProgram,
      deployments,
      deploy,
      deployment,
      collections,
      newCollection,
      collection,
      editCollection,
      settings.addChildren([settingsStart, tokens, releases, apiKeys, audit, password]),
    ]),
  ]),
  defaultErrorComponent: Broken,
  scrollRestoration: false,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
