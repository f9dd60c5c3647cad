/** msiexec on a simulated Windows: a command line to the letter, through the real installer. */
import { HoldfastError, isHoldfastError } from '@holdfast/contract';
import {
  asOnlyInstaller,
  bytesSource,
  type Database,
  exitCodes,
  type InstallLog,
  installedProduct,
  type LogFile,
  type LogOption,
  openLog,
  openLogFile,
  parseLogOption,
  parseMsiexec,
  planPackage,
  type Request,
  type RunResult,
  requestOf,
  run,
  type WindowsHost,
} from '@holdfast/msi';
import { fileLooker } from './file-looker.ts';
import { parentOf, readFile } from './files.ts';
import { type ParsedPackage, parsedPackage } from './parsed-package.ts';

/** Where the words of a command line put the log; the last option counts. */
function logOptionOf(line: string): LogOption | undefined {
  const words = line.split(/\s+/);
  const at = words.findLastIndex((word) => /^[/-]l/i.test(word));
  return at < 0 ? undefined : parseLogOption(words[at] ?? '', words[at + 1]);
}

async function logFileOf(files: WindowsHost['files'], { path, flags }: LogOption): Promise<LogFile> {
  const folder = parentOf(path);
  return await openLogFile(
    files,
    folder.endsWith(':') ? `${folder}\\` : folder,
    path.slice(folder.length + 1),
    flags,
  );
}

function failure(happened: string, exitCode: number): HoldfastError {
  return new HoldfastError(
    exitCode === exitCodes.badCommandLine ? 'command.invalid' : 'disk.not-found',
    happened,
    {
      details: { exitCode },
    },
  );
}

type Installation = {
  readonly line: string;
  readonly request: Request;
  readonly path: string;
  readonly bytes: Uint8Array;
};

/** What a line asks for, and the package that it names, as it lies on the disk. */
async function asked(host: WindowsHost, line: string, folder: string): Promise<Installation> {
  const command = parseMsiexec(line);
  const request = command && requestOf(command);
  if (command?.target === undefined || request === undefined) {
    throw failure(`${line} is no command line that installs.`, exitCodes.badCommandLine);
  }
  const { target } = command;
  const named =
    target.kind === 'package'
      ? target.path
      : installedProduct(host.registry, target.productCode)?.localPackage;
  const isWhole = named === undefined || /^[A-Za-z]:\\/.test(named);
  const path = isWhole ? named : `${folder.replace(/\\$/, '')}\\${named}`;
  const bytes = path === undefined ? undefined : await readFile(host.files, path);
  if (path !== undefined && bytes !== undefined) return { line, request, path, bytes };
  throw failure(`${line}: the package could not be opened.`, exitCodes.packageUnopened);
}

/** The package that Windows keeps at a path; undefined where it is gone, or is none any more. */
async function cachedPackage({ files }: WindowsHost, path: string): Promise<Database | undefined> {
  const bytes = await readFile(files, path);
  try {
    return bytes && (await parsedPackage(bytes)).database;
  } catch (thrown) {
    if (isHoldfastError(thrown, 'msi.invalid')) return undefined;
    throw thrown;
  }
}

async function install(
  host: WindowsHost,
  { request, path, bytes }: Installation,
  { database, content }: ParsedPackage,
  log: InstallLog | undefined,
): Promise<RunResult> {
  const work = async (): Promise<RunResult> => {
    const from = { database, path, size: bytes.length };
    const look = () => fileLooker(host.files);
    const openCached = (path: string) => cachedPackage(host, path);
    const plan = await planPackage({ request, from, host: { ...host, look }, openCached });
    const source = { database, content, source: bytesSource(bytes) };
    return await run(host, plan, new Map([[plan.productCode.toUpperCase(), source]]), log ? { log } : {});
  };
  return await asOnlyInstaller(host, work, log);
}

/**
 * Carries out a command line of msiexec, as it is typed in `folder`.
 * @throws HoldfastError `command.invalid`, `disk.not-found`, `installer.running` (exit codes 1639, 1619, 1618)
 */
export async function msiexec(host: WindowsHost, line: string, folder: string): Promise<RunResult> {
  const installation = await asked(host, line, folder);
  const parsed = await parsedPackage(installation.bytes);
  const option = logOptionOf(line);
  if (option === undefined) return await install(host, installation, parsed, undefined);
  await using opened = await logFileOf(host.files, option);
  const { file, start } = opened;
  const log = openLog(file, option.flags, host.clock, { start, offset: 0, process: 1, hidden: [] });
  await log.begin({ product: installation.path, commandLine: line });
  const result = await install(host, installation, parsed, log);
  const { name = '', version = '', language = 0, manufacturer = '' } = parsed.product;
  await log.end(result.exitCode, installation.request.action, {
    name,
    version,
    language: String(language),
    manufacturer,
  });
  return result;
}
