/** The plan of one msiexec run: what would be done, in which order, and why. Nothing is changed by making it. */
import { HoldfastError } from '@holdfast/contract';
import { openScene } from '../evaluate/scene.ts';
import { openProduct } from '../product/open.ts';
import { installerKeys } from '../root/installer-keys.ts';
import { type ProductState, productState } from '../root/product-state.ts';
import { machineAccount } from '../root/registration.ts';
import { planAdministrative } from './administrative.ts';
import type { Planning } from './context.ts';
import { type Draft, openDraft } from './draft.ts';
import type { OpenCached, PlanMachine, PlanPackage } from './machine.ts';
import type { Plan, Refusal, Request } from './model.ts';
import { reinstallMode } from './modes.ts';
import { firstProperties } from './properties.ts';
import { settled } from './settled.ts';
import { walkSequence } from './walk.ts';

export type PlanInput = {
  readonly request: Request;
  readonly from: PlanPackage;
  readonly host: PlanMachine;
  readonly openCached: OpenCached;
};

/** What one product is planned beside: the plan that it is part of, and the product that replaces it. */
type Within = { readonly draft: Draft; readonly upgradedBy: string | undefined };

const notInstalled = 1605;
const otherVersion = 1638;
const failed = 1603;

async function openPlanning(
  { request, from, host, openCached }: PlanInput,
  within: Within,
): Promise<Planning> {
  const product = await openProduct(from.database);
  const productCode = product.productCode ?? '';
  const registered = productState(within.draft.registry, productCode);
  const { properties, forMachine } = firstProperties(product, host, from, request, registered);
  const user = host.machine.properties.get('UserSID') ?? 'S-1-5-21-0-0-0-1000';
  const keys = installerKeys(productCode, registered?.account ?? (forMachine ? machineAccount : user));
  if (product.kind !== 'installer' || keys === undefined) {
    throw new HoldfastError('msi.invalid', 'The package installs nothing: it has no product code.');
  }
  const scene = openScene(product, host.machine, properties);
  if (within.upgradedBy !== undefined) scene.setProperty('UPGRADINGPRODUCTCODE', within.upgradedBy);
  return {
    request,
    product,
    productCode,
    from,
    host,
    openCached,
    ...within,
    scene,
    keys,
    registered,
    forMachine,
    features: new Map(),
    components: new Map(),
    decisions: new Map(),
    replaced: new Map(),
    migrated: new Set(),
    removeProduct: (state, features) =>
      removeReplaced({ host, openCached }, state, features, { draft: within.draft, upgradedBy: productCode }),
    mode: reinstallMode(scene.property('REINSTALLMODE')),
    removesAll: false,
    restart: false,
  };
}

/** Whether the package is the one that the product was installed from. */
function isSamePackage({ registered, product }: Planning): boolean {
  const code = product.summary.get(9);
  const packageCode = code?.kind === 'text' ? code.text.toUpperCase() : undefined;
  return registered?.packageCode === undefined || registered.packageCode === packageCode;
}

/** What is refused before the sequence begins. */
function refusalOf(planning: Planning): Refusal | undefined {
  const { request, registered, mode, scene } = planning;
  if (registered === undefined) {
    if (request.action !== 'uninstall' && request.action !== 'repair') return undefined;
    return { exitCode: notInstalled, message: 'This action is only valid for products that are installed.' };
  }
  const recaches = scene.property('REINSTALL') !== undefined && mode.has('v');
  if (isSamePackage(planning) || recaches || scene.property('REMOVE') === 'ALL') return undefined;
  const message = `Another version of this product is installed (${registered.version ?? 'unknown'}): remove it first, or use REINSTALLMODE with v.`;
  return { exitCode: otherVersion, message };
}

function planOf(planning: Planning, refusal: Refusal | undefined): Plan {
  const { product, productCode, request, draft, scene, restart } = planning;
  return {
    productCode,
    productName: product.name ?? productCode,
    version: product.version ?? '',
    request,
    refusal,
    // What is refused is not begun.
    operations: refusal === undefined ? settled(draft.operations) : [],
    decisions: draft.decisions,
    skipped: draft.skipped,
    removes: draft.removes,
    properties: scene.properties,
    restart,
  };
}

/** A product is removed with the package that Windows keeps of it, whatever other package of it is at hand. */
async function fromCached(input: PlanInput, planning: Planning, within: Within): Promise<Planning> {
  const { registered, scene } = planning;
  if (
    registered?.localPackage === undefined ||
    scene.property('REMOVE') !== 'ALL' ||
    isSamePackage(planning)
  ) {
    return planning;
  }
  const database = await input.openCached(registered.localPackage);
  if (database === undefined) return planning;
  return await openPlanning({ ...input, from: { ...input.from, database } }, within);
}

/**
 * Plans a request.
 * @throws HoldfastError `msi.invalid`, `msi.limit` for a package that says what cannot be; `disk.*` where the machine
 * could not be looked at
 */
export async function planPackage(input: PlanInput): Promise<Plan> {
  const within = { draft: openDraft(input.host), upgradedBy: undefined };
  const planning = await fromCached(input, await openPlanning(input, within), within);
  if (input.request.action === 'administrative') {
    await planAdministrative(planning);
    return planOf(planning, undefined);
  }
  const refusal = refusalOf(planning) ?? (await walkSequence(planning, 'InstallExecuteSequence'));
  return planOf(planning, refusal);
}

/** Plans the removal of a product that another one replaces, from the package that Windows keeps of it. */
async function removeReplaced(
  { host, openCached }: Pick<PlanInput, 'host' | 'openCached'>,
  { productCode, localPackage }: ProductState,
  features: string,
  within: Within,
): Promise<Refusal | undefined> {
  const cached = localPackage === undefined ? undefined : await openCached(localPackage);
  if (localPackage === undefined || cached === undefined) {
    return { exitCode: failed, message: `Its package ${localPackage ?? ''} is gone (1612).` };
  }
  const request: Request = { action: 'uninstall', properties: new Map([['REMOVE', features]]) };
  const from = { database: cached, path: localPackage, size: 0 };
  const before = within.draft.removing;
  within.draft.removing = productCode;
  const planning = await openPlanning({ request, from, host, openCached }, within);
  const refusal = await walkSequence(planning, 'InstallExecuteSequence');
  within.draft.removing = before;
  return refusal;
}
