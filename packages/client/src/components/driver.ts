/**
 * The driver in use of a component with variants: laid out beside the old one, tested, switched to at one stroke, and only
 * then is the old one removed. An upgrade that failed half-way while the system started, and was never tried again, is
 * where all this began (KB829810).
 */
import { type ComponentName, HoldfastError, isHoldfastError } from '@holdfast/contract';
import {
  carryOutAll,
  type JobReport,
  type Journal,
  openJournal,
  openLedger,
  openPath,
  peekJournal,
  released,
  setAside,
  withOpen,
} from '@holdfast/engine';
import type { Folder } from '@holdfast/ports';
import {
  type ActiveDriver,
  type DriverEntry,
  type DriverOptions,
  type Drivers,
  driverDamage,
  jobOf,
  pathOf,
  syncLaidOut,
} from './driver-changes.ts';
import { variantFor } from './manifest.ts';
import { type Installation, workFolder } from './model.ts';
import { lookAt } from './verify.ts';

export type DriverReport = {
  /** Null where none has been in use yet. */
  readonly active: ActiveDriver | null;
  readonly changed: boolean;
  /** How the engine's work on it stands. */
  readonly work: JobReport;
};

const ledgerName = 'drivers-work.journal';

function reduce({ active }: Drivers, entry: DriverEntry): Drivers {
  const { [entry.component]: _before, ...others } = active;
  return { active: entry.active ? { ...others, [entry.component]: entry.active } : others };
}

const driversJournal = { name: 'drivers.journal', initial: { active: {} }, reduce };

/**
 * The driver in use, and the folder (absolute path) that it lies in; undefined where there is none yet. Nothing is
 * touched: the running client may be about to replace it.
 */
export async function activeDriver(
  { ports, stateFolder }: Pick<Installation, 'ports' | 'stateFolder'>,
  component: ComponentName,
): Promise<(ActiveDriver & { readonly path: string }) | undefined> {
  const state = await ports.disk.open(stateFolder).catch((thrown: unknown) => {
    if (isHoldfastError(thrown, 'disk.not-found')) return undefined;
    throw thrown;
  });
  // A client that was never enrolled has no state.
  if (state === undefined) return undefined;
  return await withOpen(state, async () => {
    if ((await state.entry(workFolder))?.kind !== 'folder') return undefined;
    return await withOpen(state.folder(workFolder), async (work) => {
      const known = await peekJournal<Drivers, DriverEntry>({ folder: work, ...driversJournal });
      const active = known?.active[component];
      return active && { ...active, path: pathOf(work, component, active.folder) };
    });
  });
}

/**
 * The same, if all of it is as the signed manifest says: it is code that is about to run with all rights.
 * @throws HoldfastError `component.damaged` where it is not, or is of a version whose manifest is not here
 */
export async function wholeDriver(installation: Installation, component: ComponentName) {
  const active = await activeDriver(installation, component);
  if (active === undefined) return undefined;
  const { manifest } = await lookAt(installation, component);
  const variant = manifest?.variants?.find(({ name }) => name === active.variant);
  const reason =
    variant === undefined || active.version !== installation.version
      ? 'no signed manifest here is of its version'
      : await withWork(installation, (work) => driverDamage(work, component, active, variant.files));
  if (reason === undefined) return active;
  throw new HoldfastError('component.damaged', `The driver in use, ${active.folder}, is damaged: ${reason}.`);
}

/**
 * Has the variant that fits this system, of the installed version, be the one in use. One pass: where it waits, the
 * report says for what. Each call tries again what was taken back before.
 *
 * @throws HoldfastError `component.damaged` where the component itself is damaged, or has no variant for this system
 */
export async function settleDriver(
  installation: Installation,
  options: DriverOptions,
  signal?: AbortSignal,
): Promise<DriverReport> {
  const { finding, manifest } = await lookAt(installation, options.component);
  const system = await installation.ports.boot.operatingSystem();
  const variant = manifest ? variantFor(manifest, system.version) : undefined;
  const [damage] = finding.damages.filter(({ kind }) => kind !== 'service' && kind !== 'registry');
  if (damage || !variant) {
    const reason = damage ? `${damage.what}: ${damage.reason}` : 'it has no variant for this system';
    throw new HoldfastError('component.damaged', `The component ${options.component} is damaged: ${reason}.`);
  }
  const wanted: ActiveDriver = {
    version: installation.version,
    variant: variant.name,
    folder: `${installation.version}-${variant.name}`,
  };
  return await withWork(installation, (work) =>
    withOpen(openDrivers(work), (drivers) =>
      withOpen(openLedger(work, ledgerName), async (ledger) => {
        const before = drivers.state.active[options.component];
        const settling = { installation, options, drivers, work, wanted, files: variant.files };
        const job = jobOf(settling);
        const record = ledger.read(job.id);
        if (record && record.stage !== 'done') await syncLaidOut(settling);
        if (record && record.stage !== 'undoing') await ledger.write(job.id, released(record));
        const { clock, entropy, boot } = installation.ports;
        const ports = { clock, entropy, boot, exclusive: installation.exclusive };
        const [report] = await carryOutAll([job], ledger, ports, signal);
        if (!report) throw new HoldfastError('internal', 'The work on a driver ended without a report.');
        const active = drivers.state.active[options.component] ?? null;
        return { active, changed: active !== null && active.folder !== before?.folder, work: report };
      }),
    ),
  );
}

async function withWork<Result>(
  { ports, stateFolder }: Pick<Installation, 'ports' | 'stateFolder'>,
  use: (work: Folder) => Promise<Result>,
): Promise<Result> {
  return await withOpen(ports.disk.open(stateFolder), (state) =>
    withOpen(openPath(state, [workFolder], { create: true }), use),
  );
}

/** A damaged journal is kept beside a new one: then the driver is tested again, and switched to. */
async function openDrivers(work: Folder): Promise<Journal<Drivers, DriverEntry>> {
  const open = () => openJournal<Drivers, DriverEntry>({ folder: work, ...driversJournal });
  try {
    return await open();
  } catch (thrown) {
    if (!isHoldfastError(thrown, 'journal.damaged')) throw thrown;
    await setAside(work, driversJournal.name);
    return await open();
  }
}
