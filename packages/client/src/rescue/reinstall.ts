/** The last resort of the second starter: the package of the installed version goes once more through the platform's installer. */
import { type ClientPackage, HoldfastError } from '@holdfast/contract';
import { openPath, type Serial, withOpen } from '@holdfast/engine';
import type { Folder, Running } from '@holdfast/ports';
import { fetchKeptPackage, knownPackage } from '../components/kept-package.ts';
import { seedName } from '../components/package-version.ts';
import { filesTrouble } from '../components/trouble.ts';
import { inTime } from '../content/in-time.ts';
import { type InstallerKind, installLine, repairProperties } from '../installer/lines.ts';
import { layOutTree, removeOldTrees } from '../installer/tree.ts';
import { childPath } from '../paths.ts';
import { packageDamage, packageFolder } from '../setup/installed.ts';
import type { RescuePorts } from './ports.ts';
import { installationOf, noFetch, type RescueClient, type RescueInstallation } from './source.ts';

/** Milliseconds that a fetch and an installer may take: with all else, less than the hour that a run of the second starter has. */
const longestFetchMs = 20 * 60_000;
const longestInstallMs = 30 * 60_000;

export type ReinstallOptions = RescueClient & {
  /**
   * Runs a reinstallation while no set-up of this client is under way. Absent: the caller knows that there is none.
   * @throws HoldfastError `setup.running`
   */
  readonly alone?: Serial;
};

/**
 * Resolves when the installer has ended well, to where the package came from; what came of it must be looked at.
 * @throws HoldfastError `content.*` where the package is not whole and cannot be fetched, `network.*`, `release.*`,
 *   `setup.prerequisite` below the floor, `setup.running`, `installer.failed`, `component.damaged`, `process.*`, `disk.*`
 */
export async function reinstall(
  ports: RescuePorts,
  state: Folder,
  options: ReinstallOptions,
): Promise<'kept package' | 'site'> {
  const { alone = (work) => work() } = options;
  return await alone(async () => {
    const installation = await installationOf(ports, state, options);
    const isKept = await isWhole(installation, state);
    if (!isKept) {
      const why = await noFetch(ports, installation);
      if (why !== null)
        throw new HoldfastError(
          'content.not-found',
          `No whole package is kept, and none is fetched: ${why}.`,
        );
    }
    const wanted = await inTime(ports.clock, longestFetchMs, undefined, (signal) =>
      fetchKeptPackage(installation, signal),
    );
    const { kind } = wanted;
    if (kind === 'tar.gz') await layOut(ports, state, installation, wanted);
    else await runInstaller(ports, state, installation, { ...wanted, kind });
    return isKept ? 'kept package' : 'site';
  });
}

async function isWhole(installation: RescueInstallation, state: Folder): Promise<boolean> {
  const known = await knownPackage(installation, state);
  return known !== undefined && (await packageDamage(state, known.package)) === undefined;
}

async function layOut(
  { disk, starters }: RescuePorts,
  state: Folder,
  installation: RescueInstallation,
  { name }: ClientPackage,
): Promise<void> {
  const install = installation.place.installFolder;
  const trouble = (folder: string) =>
    filesTrouble({
      ...installation,
      place: { installFolder: folder, versionFolder: childPath({ path: folder }, seedName) },
    });
  // What hangs in the old tree must not go on in it.
  await starters.stop('service');
  await layOutTree(disk, {
    install,
    trouble,
    withPackage: (use) =>
      withOpen(openPath(state, [packageFolder]), (folder) => withOpen(folder.read(name), use)),
  });
  const left = await trouble(install);
  if (left !== undefined) throw new HoldfastError('component.damaged', `It was laid out, and ${left}.`);
  await removeOldTrees(disk, install);
}

type InstallerPackage = ClientPackage & { readonly kind: InstallerKind };

async function runInstaller(
  { processes, clock, installers }: RescuePorts,
  state: Folder,
  { place }: RescueInstallation,
  { kind, name, productCode }: InstallerPackage,
): Promise<void> {
  const path = childPath({ path: childPath(state, packageFolder) }, name);
  const known = productCode === undefined ? undefined : await installers.msi(productCode);
  const properties = known?.installed ? repairProperties : [`INSTALLDIR="${place.installFolder}"`];
  const places = { folder: state.path, log: childPath(state, 'rescue-msiexec.log') };
  const exit = await endOf(await processes.start(installLine(kind, path, places, properties)), clock);
  // Not ended: an installer that is killed leaves more behind than one that is slow.
  if (!exit) throw new HoldfastError('process.timeout', `The installation of ${name} goes on and on.`);
  if (exit.code === 0 || needsRestart(exit.code)) return;
  throw new HoldfastError('installer.failed', `The installation of ${name} failed: ${exit.output}`, {
    details: { exitCode: exit.code ?? -1 },
  });
}

/** How an installer ended; undefined where it did not in its time. */
async function endOf(running: Running, clock: RescuePorts['clock']) {
  const over = new AbortController();
  const late = clock.sleep(longestInstallMs, over.signal).then(
    () => undefined,
    () => undefined,
  );
  const exit = await Promise.race([running.exit, late]);
  over.abort();
  await late;
  return exit;
}

/** ERROR_SUCCESS_REBOOT_INITIATED and ERROR_SUCCESS_REBOOT_REQUIRED of Windows Installer. */
const needsRestart = (code: number | null): boolean => code === 1641 || code === 3010;
