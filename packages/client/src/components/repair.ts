/** Mending components: what differs from their signed manifests, out of the kept package or the site's, and nothing else. */
import { type ComponentName, componentNames, isHoldfastError } from '@holdfast/contract';
import { type Ledger, openLedger, openPath, setAside, withOpen } from '@holdfast/engine';
import { hasCopies, removeCopies, withCopies } from './copies.ts';
import { manifestPath } from './manifest.ts';
import { damageKey, type Mending, mendFiles, mendManifests, mendRegistry, mendStarters } from './mending.ts';
import {
  type ComponentFinding,
  type Damage,
  type Installation,
  type Look,
  type RepairReport,
  type Restored,
  type Unrestored,
  workFolder,
} from './model.ts';
import { removeLeftovers, syncNames } from './restore.ts';
import { filesOf, lookAt, rootOf } from './verify.ts';

const ledgerName = 'components.journal';

export type RepairOptions = {
  /** All unless given. */
  readonly names?: readonly ComponentName[];
  /** Looks, and changes nothing. */
  readonly dryRun?: boolean;
  /** Leaves registry values and starters alone: those that hold are another version's. */
  readonly filesOnly?: boolean;
  readonly signal?: AbortSignal;
};

/**
 * Looks at components and mends what differs, each thing on its own: what cannot be mended keeps nothing else from it.
 * Every call tries with a whole new budget: how often it is called is for the caller to bound.
 *
 * @throws HoldfastError `system.busy` while another process repairs; `disk.*` where the state folder cannot be used; the
 * signal's reason
 */
export async function repairComponents(
  installation: Installation,
  options: RepairOptions = {},
): Promise<RepairReport> {
  const { alone = (work) => work() } = installation;
  return await alone(() => repair(installation, options));
}

async function repair(installation: Installation, options: RepairOptions): Promise<RepairReport> {
  const names = options.names ?? componentNames;
  const found = await lookAtAll(installation, names);
  const before = found.map(({ finding }) => finding);
  const nothing = { before, restored: [], unrestored: [], after: before, troubles: [] };
  if (options.dryRun) return nothing;
  await clearUp(installation, found);
  const damaged = found.filter(({ finding }) => damagesOf(finding, options).length > 0);
  if (damaged.length === 0) return nothing;
  return await withCopies(installation, (copies) =>
    withOpen(openWork(installation), async (ledger) => {
      const { signal } = options;
      const mending: Mending = {
        installation,
        copies,
        ledger,
        signal,
        reasons: new Map(),
        from: new Map(),
      };
      await mendManifests(mending, damaged);
      const seen = await lookAtAll(installation, namesOf(damaged));
      await mendFiles(mending, seen);
      if (!options.filesOnly) {
        await mendRegistry(mending, seen);
        await mendStarters(mending, seen);
      }
      const after = await lookAtAll(installation, names);
      const findings = after.map(({ finding }) => finding);
      return {
        before,
        // A manifest that is whole again shows damage that could not be seen before.
        restored: restoredOf([...before, ...seen.map(({ finding }) => finding)], findings, mending.from),
        unrestored: unrestoredOf(findings, mending.reasons),
        after: findings,
        troubles: copies.troubles,
      };
    }),
  );
}

/** Those that a repair is about. */
export function damagesOf(
  { damages }: ComponentFinding,
  { filesOnly = false }: Pick<RepairOptions, 'filesOnly'>,
): readonly Damage[] {
  return damages.filter(({ kind }) => !filesOnly || kind === 'manifest' || kind === 'file');
}

const namesOf = (looks: readonly Look[]) => looks.map(({ finding }) => finding.component);

async function lookAtAll(installation: Installation, names: readonly ComponentName[]): Promise<Look[]> {
  const looks: Look[] = [];
  for (const name of names) looks.push(await lookAt(installation, name));
  return looks;
}

/** Ends what earlier repairs began that were cut off: what they put in place is made durable, what they left is removed. */
async function clearUp(installation: Installation, looks: readonly Look[]): Promise<void> {
  const cutOff = await hasCopies(installation);
  for (const { manifest, finding } of looks) {
    if (!manifest) continue;
    const root = rootOf(finding.component, installation.place);
    const paths = [manifestPath(finding.component), ...filesOf(manifest).map(({ path }) => path)];
    if (cutOff) await syncNames(installation, root, paths);
    await removeLeftovers(installation, root, paths);
  }
  // Last: they show that a repair was cut off.
  await removeCopies(installation);
}

/** The journal of repairs. A damaged one is kept beside a new one: it says nothing that the disk does not say better. */
async function openWork({ ports, stateFolder }: Installation): Promise<Ledger & { close(): Promise<void> }> {
  const state = await ports.disk.open(stateFolder);
  const folder = await withOpen(state, () => openPath(state, [workFolder], { create: true }));
  const ledger = await openLedger(folder, ledgerName).catch(async (thrown: unknown) => {
    if (isHoldfastError(thrown, 'journal.damaged')) {
      await setAside(folder, ledgerName);
      return await openLedger(folder, ledgerName);
    }
    await folder.close();
    throw thrown;
  });
  return {
    ...ledger,
    close: async () => {
      await ledger.close();
      await folder.close();
    },
  };
}

function has(
  { component }: ComponentFinding,
  findings: readonly ComponentFinding[],
  damage: Damage,
): boolean {
  return findings.some(
    (one) =>
      one.component === component &&
      one.damages.some(({ kind, what }) => kind === damage.kind && what === damage.what),
  );
}

/** What was wrong at one of the earlier looks and is right now. */
function restoredOf(
  earlier: readonly ComponentFinding[],
  after: readonly ComponentFinding[],
  from: ReadonlyMap<string, string>,
): readonly Restored[] {
  const restored = new Map<string, Restored>();
  for (const finding of earlier) {
    for (const damage of finding.damages) {
      const { component } = finding;
      const key = damageKey(component, damage.what);
      // While the manifest is damaged nothing is known of the rest.
      const unknown = after.some((one) => one.component === component && one.version === null);
      if (unknown || has(finding, after, damage) || restored.has(key)) continue;
      const { what, reason } = damage;
      restored.set(key, { component, what, reason, from: from.get(key) ?? 'here' });
    }
  }
  return [...restored.values()];
}

function unrestoredOf(
  after: readonly ComponentFinding[],
  reasons: ReadonlyMap<string, string>,
): readonly Unrestored[] {
  return after.flatMap(({ component, damages }) =>
    damages.map(({ what, reason }) => ({
      component,
      what,
      reason: reasons.get(damageKey(component, what)) ?? reason,
    })),
  );
}
