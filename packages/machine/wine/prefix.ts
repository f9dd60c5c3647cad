/** A Wine prefix of its own for each suite: a whole 64-bit Windows 10 in one folder. */
import { execFile, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { makeOnce } from './once.ts';
import { cacheFolder } from './places.ts';
import { windowsRuntime } from './runtime.ts';

export type WineExit = {
  /** As Unix sees it: the low eight bits of the Windows exit code; null after a signal. */
  readonly code: number | null;
  /** Standard output and error together. */
  readonly output: string;
};

export type WineProcess = {
  readonly exit: Promise<WineExit>;
  /** File that standard output and error go to. */
  readonly outputFile: string;
  /** What was printed so far. */
  output(): Promise<string>;
  /** Ends this process at once, as a power cut would. */
  kill(): void;
};

export type WineOptions = {
  /** Added to the environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Linux path of the working folder; drive C of the prefix unless given. */
  readonly folder?: string;
  /** Milliseconds after which the process is ended; 120,000 unless given, 0 for never. */
  readonly timeoutMs?: number;
};

export type WinePrefix = AsyncDisposable & {
  /** Linux path of drive C. */
  readonly driveC: string;
  /** Linux path of a Windows path on drive C or Z. */
  toLinux(windowsPath: string): string;
  start(program: string, words: readonly string[], options?: WineOptions): WineProcess;
  run(program: string, words: readonly string[], options?: WineOptions): Promise<WineExit>;
  /** Starts Windows Node 22 with a script (Linux path) and its arguments. */
  startNode(script: string, words?: readonly string[], options?: WineOptions): Promise<WineProcess>;
  runNode(script: string, words?: readonly string[], options?: WineOptions): Promise<WineExit>;
  /** Ends all processes of this prefix; the next start is a new boot. */
  shutDown(): Promise<void>;
  /** Shuts down and removes the prefix. */
  close(): Promise<void>;
};

/** Windows path of an absolute Linux path: drive Z is the root. */
export function toWindows(linuxPath: string): string {
  return `Z:${linuxPath.replaceAll('/', '\\')}`;
}

/** Milliseconds: making the template takes 10 s on two cores. */
const templateLimit = 180_000;
/** Seen once in hundreds of times: Wine says that a new prefix is made, and has left it without kernel32.dll. */
const templateAttempts = 3;
const runLimit = 120_000;
const startAttempts = 3;

/** Makes a prefix in `folder`, which must not exist yet, as a copy of this machine's template. */
export async function makeWinePrefix(folder: string): Promise<WinePrefix> {
  const template = await templatePrefix();
  // Not the defaults of cp: links such as dosdevices/z: must stay as they are, and times tell Wine that nothing changed.
  await cp(template, folder, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  await mkdir(`${folder}/output`);
  return openPrefix(folder);
}

async function templatePrefix(): Promise<string> {
  const { stdout } = await promisify(execFile)('wine', ['--version'], {
    env: wineEnvironment(`${cacheFolder}/wine`),
  });
  const version = stdout.trim().replace(/[^\w.+-]+/g, '_');
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await makeOnce(`${cacheFolder}/wine/${version}`, fillTemplate);
    } catch (thrown) {
      if (attempt === templateAttempts) throw thrown;
    }
  }
}

/** Makes a Windows in an empty folder. What it throws carries what Wine said of its errors. */
async function fillTemplate(folder: string): Promise<void> {
  const env = { ...wineEnvironment(folder), WINEDEBUG: 'fixme-all' };
  const limits = { env, timeout: templateLimit, cwd: folder };
  const wine = (...words: string[]) => promisify(execFile)('wine', words, limits);
  const server = (word: string) => promisify(execFile)('wineserver', [word], limits);
  try {
    await wine('wineboot', '-i');
    // Wine 8 says that it is Windows 7, on which Node 22 refuses to start.
    await wine('winecfg', '-v', 'win10');
    await wine('cmd', '/c', 'ver');
    // Not killed: the registry is written when the last program has ended.
    await server('-w');
  } catch (thrown) {
    await server('-k').catch(() => undefined);
    throw thrown;
  }
}

/** Only what Wine needs: a test runner's own variables would reach the Node inside. */
function wineEnvironment(folder: string): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: process.env.HOME ?? folder,
    // Wine turns file names into Unicode by the locale.
    LC_ALL: 'C.UTF-8',
    WINEPREFIX: folder,
    WINEARCH: 'win64',
    WINEDEBUG: '-all',
    // It would write the shortcuts of what is installed into the menus of this account.
    WINEDLLOVERRIDES: 'winemenubuilder.exe=d',
    DISPLAY: '',
  };
}

function openPrefix(folder: string): WinePrefix {
  const driveC = `${folder}/drive_c`;
  let runs = 0;

  const start: WinePrefix['start'] = (program, words, options = {}) => {
    runs += 1;
    return startWine(`${folder}/output/${runs}.txt`, [program, ...words], {
      env: { ...wineEnvironment(folder), ...options.environment },
      cwd: options.folder ?? driveC,
      timeoutMs: options.timeoutMs ?? runLimit,
    });
  };
  const startNode: WinePrefix['startNode'] = async (script, words = [], options) =>
    start(toWindows((await windowsRuntime()).node), [toWindows(script), ...words], options);
  const shutDown = async () => {
    const env = wineEnvironment(folder);
    // -k answers 1 where no server of this prefix runs; -w ends when there is none either way.
    await promisify(execFile)('wineserver', ['-k'], { env }).catch(() => undefined);
    await promisify(execFile)('wineserver', ['-w'], { env, timeout: runLimit });
  };
  const close = async () => {
    await shutDown();
    await rm(folder, { recursive: true, force: true });
  };

  return {
    driveC,
    toLinux: (path) => linuxPath(driveC, path),
    start,
    run: (program, words, options) => exitOf(async () => start(program, words, options)),
    startNode,
    runNode: (script, words, options) => exitOf(() => startNode(script, words, options)),
    shutDown,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** What Wine says where it could not load a program: nothing of it has run. Seen about once in a thousand starts. */
const unstarted = /^wine: could not load kernel32\.dll|ShellExecuteEx failed: Internal error/m;

/** The exit of a program that was started, which Wine is given a few times to do. */
async function exitOf(start: () => Promise<WineProcess>): Promise<WineExit> {
  for (let attempt = 1; ; attempt += 1) {
    const exit = await (await start()).exit;
    if (exit.code === 0 || attempt === startAttempts || !unstarted.test(exit.output)) return exit;
  }
}

function linuxPath(driveC: string, path: string): string {
  const rest = path.slice(2).replaceAll('\\', '/');
  if (/^c:\\/i.test(path)) return `${driveC}${rest}`;
  if (/^z:\\/i.test(path)) return rest;
  throw new TypeError(`not a path on drive C or Z: ${path}`);
}

/** Output goes to a file: Windows Node under Wine cannot write into a pipe of Linux. */
function startWine(
  outputFile: string,
  words: readonly string[],
  options: { env: Record<string, string>; cwd: string; timeoutMs: number },
): WineProcess {
  const descriptor = openSync(outputFile, 'w');
  const child = spawn('wine', words, {
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', descriptor, descriptor],
    killSignal: 'SIGKILL',
    ...(options.timeoutMs > 0 ? { timeout: options.timeoutMs } : {}),
  });
  closeSync(descriptor);
  const output = () => readFile(outputFile, 'utf8');
  const exit = new Promise<WineExit>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => output().then((text) => resolve({ code, output: text }), reject));
  });
  return { exit, outputFile, output, kill: () => void child.kill('SIGKILL') };
}
