/** Opens what a command line of msiexec names, and carries it out: lock, recovery, plan, run, log. */
import { realpath } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { HoldfastError, isHoldfastError } from '@holdfast/contract';
import { localDisk } from '@holdfast/machine';
import {
  applyTransform,
  asOnlyInstaller,
  type ByteSource,
  bytesSource,
  type Database,
  exitCodes,
  fileSource,
  type InstallLog,
  installedProduct,
  type LogOption,
  openContent,
  openDatabase,
  openHost,
  openLog,
  openLogFile,
  openProduct,
  openTransform,
  type Product,
  planPackage,
  type Recovered,
  type RunResult,
  run,
  transformIn,
  type WindowsHost,
} from '@holdfast/msi';
import type { Folder, OpenFile } from '@holdfast/ports';
import { ownIdentity, running } from '../../client/lock.ts';
import { thisMachine } from '../../this-machine.ts';
import { neighboursIn } from '../msi/extract.ts';
import type { MsiexecWords } from './words.ts';

export type InstallOptions = {
  /** Absolute path of the folder that the Windows lies in. */
  readonly root: string;
  readonly passOverVitalActions: boolean;
  readonly signal: AbortSignal;
  readonly note: (text: string) => void;
};

export type Installed = {
  readonly product: { readonly name: string; readonly version: string; readonly productCode: string };
  readonly result: RunResult;
  readonly recovered: readonly Recovered[];
};

/** Bytes up to which a file is read at once: one read is quicker than a hundred. */
const smallFile = 16 * 1024 * 1024;

const isWindowsPath = (path: string): boolean => /^[A-Za-z]:[\\/]/.test(path);

function splitWindows(path: string): readonly [folder: string, name: string] {
  const plain = path.replaceAll('/', '\\');
  const cut = plain.lastIndexOf('\\');
  return [cut <= 2 ? `${plain.slice(0, 2)}\\` : plain.slice(0, cut), plain.slice(cut + 1)];
}

function notOpened(path: string, cause: unknown): HoldfastError {
  return new HoldfastError('disk.not-found', `The package ${path} could not be opened.`, {
    cause,
    details: { exitCode: exitCodes.packageUnopened },
  });
}

async function sourceOf(file: OpenFile): Promise<ByteSource> {
  const source = await fileSource(file);
  return source.size > smallFile ? source : bytesSource(await source.read(0, source.size));
}

type OpenedFile = { readonly source: ByteSource; readonly folder: Folder };

/** A file of the Windows (`c:\...`) or of this machine, open as long as `files`. */
async function openNamed(files: AsyncDisposableStack, host: WindowsHost, path: string): Promise<OpenedFile> {
  try {
    if (isWindowsPath(path)) {
      const [above, asked] = splitWindows(path);
      const folder = files.use(await host.files.open(above));
      const name = (await folder.names()).find((one) => one.toLowerCase() === asked.toLowerCase());
      return { folder, source: await sourceOf(files.use(await folder.read(name ?? asked))) };
    }
    const real = await realpath(resolve(path));
    const folder = files.use(await localDisk().open(dirname(real)));
    return { folder, source: await sourceOf(files.use(await folder.read(basename(real)))) };
  } catch (cause) {
    throw notOpened(path, cause);
  }
}

type OpenedPackage = OpenedFile & { readonly path: string; readonly database: Database };

/** As its transforms make it: those of TRANSFORMS, with `:name` for one inside the package. */
async function openPackage(
  files: AsyncDisposableStack,
  host: WindowsHost,
  { command: { target }, request }: MsiexecWords,
): Promise<OpenedPackage> {
  let path = target?.kind === 'package' ? target.path : undefined;
  if (target?.kind === 'product') path = installedProduct(host.registry, target.productCode)?.localPackage;
  if (path === undefined) {
    throw new HoldfastError('not-found', 'This action is only valid for products that are installed.', {
      details: { exitCode: exitCodes.notInstalled },
    });
  }
  const opened = await openNamed(files, host, path);
  let database = await openDatabase(opened.source);
  for (const name of request.properties.get('TRANSFORMS')?.split(';').filter(Boolean) ?? []) {
    const inside = name.startsWith(':') ? database.storage(name.slice(1)) : undefined;
    const transform = inside
      ? await transformIn(inside)
      : await openTransform((await openNamed(files, host, name)).source);
    database = await applyTransform(database, transform);
  }
  // Wine shows the files of Linux as drive Z.
  const seen = isWindowsPath(path) ? path : `Z:${resolve(path).replaceAll('/', '\\')}`;
  return { ...opened, database, path: seen };
}

/** The log that /L asks for; its flags decide what is in it. */
async function openLogOf(
  files: AsyncDisposableStack,
  host: WindowsHost,
  { path, flags }: LogOption,
  hidden: readonly string[],
): Promise<InstallLog> {
  const [above, name] = isWindowsPath(path)
    ? splitWindows(path)
    : ([dirname(resolve(path)), basename(path)] as const);
  const disk = isWindowsPath(path) ? { open: (at: string) => host.files.open(at) } : localDisk();
  const { file, start } = files.use(await openLogFile(disk, above, name, flags));
  const offset = -new Date().getTimezoneOffset();
  return openLog(file, flags, host.clock, { start, offset, process: process.pid, hidden });
}

function hiddenIn({ properties }: Product): readonly string[] {
  return properties.get('MsiHiddenProperties')?.split(';').filter(Boolean) ?? [];
}

async function hostOf(root: string): Promise<WindowsHost> {
  const { clock, entropy, boot, processes } = thisMachine();
  const ports = { boot, processes };
  return await openHost(localDisk(), root, {
    clock,
    entropy,
    installer: { identity: await ownIdentity(boot), alive: (identity) => running(identity, ports) },
  });
}

async function planAndRun(
  host: WindowsHost,
  words: MsiexecWords,
  { database, source, folder, path }: OpenedPackage,
  product: Product,
  log: InstallLog | undefined,
  options: InstallOptions,
): Promise<RunResult> {
  await using kept = new AsyncDisposableStack();
  const plan = await planPackage({
    request: words.request,
    from: { database, path, size: source.size },
    host,
    openCached: async (cached) => {
      if ((await host.files.stat(cached)) === undefined) return undefined;
      return await openDatabase((await openNamed(kept, host, cached)).source);
    },
  });
  const content = openContent(database, product, { neighbours: neighboursIn(folder) });
  return await run(host, plan, new Map([[plan.productCode.toUpperCase(), { database, content, source }]]), {
    ...(log === undefined ? {} : { log }),
    passOverVitalActions: options.passOverVitalActions,
    signal: options.signal,
  });
}

/**
 * Carries out a command line.
 * @throws HoldfastError with `exitCode` in its details, or a code that stands for one
 */
export async function install(words: MsiexecWords, options: InstallOptions): Promise<Installed> {
  await using files = new AsyncDisposableStack();
  const host = await hostOf(options.root);
  const opened = await openPackage(files, host, words);
  const product = await openProduct(opened.database);
  const name = product.name ?? '';
  const version = product.version ?? '';
  const log = words.log && (await openLogOf(files, host, words.log, hiddenIn(product)));
  await log?.begin({ product: opened.path, commandLine: words.line });
  await log?.property('ProductName', name);
  let exitCode: number = exitCodes.fatal;
  try {
    return await asOnlyInstaller(
      host,
      async (recovered) => {
        const result = await planAndRun(host, words, opened, product, log, options);
        exitCode = result.exitCode;
        return { product: { name, version, productCode: product.productCode ?? '' }, result, recovered };
      },
      log,
    );
  } catch (thrown) {
    if (isHoldfastError(thrown, 'installer.running')) exitCode = exitCodes.anotherRunning;
    await log?.message('error', thrown instanceof Error ? thrown.message : String(thrown));
    throw thrown;
  } finally {
    const language = String(product.language ?? 0);
    const manufacturer = product.manufacturer ?? '';
    const facts = { name, version, language, manufacturer };
    // What is installed is installed, whether its log has a last line or not.
    await log?.end(exitCode, words.request.action, facts).catch((thrown: unknown) => {
      options.note(
        `The log could not be ended: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
      );
    });
  }
}
