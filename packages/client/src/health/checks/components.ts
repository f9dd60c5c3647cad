/** The parts of the client as their signed manifests say, and the package that they are mended from. */
import { type ComponentName, componentNames, HoldfastError } from '@holdfast/contract';
import { createSerial } from '@holdfast/engine';
import type { Installation, RepairReport } from '../../components/index.ts';
import { installationOf } from '../../components/of-client.ts';
import type { ClientContext } from '../../context.ts';
import { type Check, failed, none, ok, type Seen } from '../check.ts';

/** Milliseconds: the runtime alone has a hundred megabytes, and a disk may be slow. */
const readingLimitMs = 10 * 60_000;

/** Damages that are told one by one. */
const mostTold = 4;

const notInstalled = none('no package has installed this client');

/** Seldom needed, and large: the archives of every kind of package are read there. */
const loadComponentWork = () => import('../../components/index.ts');

/** An evaluation has the client to itself: what is mended here waits for nobody. */
const installed = (context: ClientContext) => installationOf(context, createSerial());

export function componentChecks(context: ClientContext): readonly Check[] {
  return componentNames.map((name) => componentCheck(context, name));
}

function componentCheck(context: ClientContext, component: ComponentName): Check {
  return {
    check: 'component',
    component,
    limitMs: readingLimitMs,
    look: async (): Promise<Seen> => {
      const installation = installed(context);
      if (!installation) return notInstalled;
      const { verifyComponent, damagesOf } = await loadComponentWork();
      const { version, variant, damages } = await verifyComponent(installation, component);
      if (damages.length > 0) return failed(listed(damages), 'component.damaged');
      const seed = await seedToo(installation, component);
      const below = seed && damagesOf(await verifyComponent(seed, component), filesOnly);
      if (below && below.length > 0) return failed(`of the seed: ${listed(below)}`, 'component.damaged');
      return ok(`version ${version}${variant === null ? '' : ` (${variant})`}, all as its manifest says`);
    },
    remedy: async (signal) => {
      const installation = installed(context);
      if (!installation) return undefined;
      return await repair(installation, component, signal);
    },
  };
}

/** What is fallen back to must be whole, too: the seed, where another version runs. The launcher is the same one. */
async function seedToo(
  installation: Installation,
  component: ComponentName,
): Promise<Installation | undefined> {
  const { seedBeside } = await loadComponentWork();
  return component === 'launcher' ? undefined : await seedBeside(installation);
}

/** Registry and services are those of the version that runs. */
const filesOnly = { filesOnly: true } as const;

async function repair(
  installation: Installation,
  component: ComponentName,
  signal: AbortSignal,
): Promise<string> {
  const { repairComponents } = await loadComponentWork();
  const options = { names: [component], signal };
  const own = await repairComponents(installation, options);
  const seed = await seedToo(installation, component);
  const below = seed && (await repairComponents(seed, { ...options, ...filesOnly }));
  const report =
    below && own.unrestored.length === 0 ? { ...below, restored: [...own.restored, ...below.restored] } : own;
  const { restored } = report;
  if (restored.length === 0) throw new HoldfastError('component.damaged', unrestoredText(report));
  const sources = [...new Set(restored.map(({ from }) => from))].join(', ');
  return `restored ${restored
    .map(({ what }) => what)
    .slice(0, mostTold)
    .join(', ')}${more(restored)} (${sources})`;
}

function unrestoredText({ unrestored, troubles }: RepairReport): string {
  const sources = troubles.map(({ source, reason }) => `${source}: ${reason}`).join(' ');
  return `Nothing could be restored: ${listed(unrestored)}. ${sources}`;
}

function listed(items: readonly { readonly what: string; readonly reason: string }[]): string {
  const told = items.slice(0, mostTold).map(({ what, reason }) => `${what}: ${reason}`);
  return `${told.join('; ')}${more(items)}`;
}

function more(items: readonly unknown[]): string {
  return items.length > mostTold ? ` and ${items.length - mostTold} more` : '';
}

export function keptPackageCheck(context: ClientContext): Check {
  return {
    check: 'kept-package',
    limitMs: readingLimitMs,
    look: async (): Promise<Seen> => {
      const installation = installed(context);
      if (!installation) return notInstalled;
      const { lookAtKeptPackage } = await loadComponentWork();
      const { record, trouble } = await lookAtKeptPackage(installation);
      if (trouble !== undefined) return failed(trouble, 'content.not-found');
      return ok(`${record?.package.name ?? 'it'} is whole`);
    },
    remedy: async (signal) => {
      const installation = installed(context);
      if (!installation) return undefined;
      const { fetchKeptPackage, noNetworkFor, ofPackage } = await loadComponentWork();
      if ((await noNetworkFor(context.ports, context.options.folder)) !== undefined) return undefined;
      const { name } = await fetchKeptPackage(await ofPackage(installation), signal);
      return `${name} was fetched again`;
    },
  };
}
