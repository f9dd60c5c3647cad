/** A real client of this machine in a sandbox: the program `holdfast-client` as a process of its own. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { HoldfastError } from '@holdfast/contract';
import { prepareDpkgRoot } from '@holdfast/machine';
import { holder } from '../client/lock.ts';
import { thisMachine } from '../this-machine.ts';
import { usesDpkg } from './sample.ts';

const run = promisify(execFile);
/** Milliseconds that the client has to end by itself. */
const endWithin = 10_000;
/** Milliseconds between two looks at a process that is not ours to wait for. */
const lookEvery = 50;

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/**
 * The client as it ships, with its own Node, where it was built; its source on this Node otherwise
 * (the client's Node does not take all of the source as it is: the bundler lowers it).
 */
function clientCommand(): readonly [program: string, ...words: string[]] {
  const launcher = path(`../../../../dist/client/${process.platform}-${process.arch}/bin/holdfast-client`);
  return existsSync(launcher) ? [launcher] : [process.execPath, path('../holdfast-client.ts')];
}

/** Runs one verb of the client to its end; answers what it said as JSON. */
async function clientVerb(...words: string[]): Promise<unknown> {
  const [program, ...before] = clientCommand();
  try {
    return JSON.parse((await run(program, [...before, ...words, '--json'])).stdout);
  } catch (thrown) {
    throw clientFailure(thrown);
  }
}

export type Sandbox = { readonly state: string; readonly root: string };

/** Folders of the sandbox; the root is given what dpkg wants to find. */
export async function prepareSandbox(folder: string): Promise<Sandbox> {
  const sandbox = { state: join(folder, 'state'), root: join(folder, 'root') };
  await mkdir(sandbox.root, { recursive: true });
  if (await usesDpkg()) await prepareDpkgRoot(sandbox.root);
  return sandbox;
}

/** What went wrong in a client process, as it said so itself. */
function clientFailure(thrown: unknown): HoldfastError {
  const said = thrown instanceof Error && 'stderr' in thrown ? String(thrown.stderr).trim() : String(thrown);
  return new HoldfastError('internal', `The client failed: ${said.slice(-2000)}`, { cause: thrown });
}

function clientId(answer: unknown): string | undefined {
  const id = typeof answer === 'object' && answer !== null && 'clientId' in answer ? answer.clientId : null;
  return typeof id === 'string' ? id : undefined;
}

/** Id that the client has at its site; undefined where it is not enrolled. */
export async function enrolledAs(sandbox: Sandbox): Promise<string | undefined> {
  if (!existsSync(join(sandbox.state, 'settings.json'))) return undefined;
  return clientId(await clientVerb('status', '--folder', sandbox.state));
}

export async function enrol(sandbox: Sandbox, site: string, token: string): Promise<string> {
  const folders = ['--folder', sandbox.state, '--root', sandbox.root];
  const id = clientId(await clientVerb('enrol', '--site', site, '--token', token, ...folders));
  if (id === undefined) throw clientFailure('it did not say its id');
  return id;
}

/**
 * Ends the client of an earlier demonstration that was killed and could not end it itself. It is known by what its
 * lock says: number, start time and boot, which no other process ever has. Answers whether there was one.
 */
export async function endOrphan(sandbox: Sandbox): Promise<boolean> {
  const machine = thisMachine();
  try {
    let found = false;
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const until = performance.now() + endWithin;
      let orphan = await holder(sandbox.state, machine);
      if (!orphan) break;
      found = true;
      send(signal, orphan.pid);
      while (orphan && performance.now() < until) {
        await sleep(lookEvery);
        orphan = await holder(sandbox.state, machine);
      }
    }
    return found;
  } finally {
    machine.close();
  }
}

function send(signal: NodeJS.Signals, pid: number): void {
  try {
    process.kill(pid, signal);
  } catch (thrown) {
    // Gone since it was looked at.
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH')) throw thrown;
  }
}

export type ClientProcess = {
  readonly pid: number;
  /** Rejects when the client ends without having been asked to. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
};

/** Starts `holdfast-client run`; what it complains about goes to standard error. */
export async function startClient(sandbox: Sandbox): Promise<ClientProcess> {
  const [program, ...before] = clientCommand();
  const child: ChildProcess = spawn(program, [...before, 'run', '--folder', sandbox.state], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await once(child, 'spawn');
  const exited = once(child, 'exit');
  let stopping = false;
  const failed = exited.then(([code, signal]): Promise<never> => {
    if (stopping) return new Promise(() => undefined);
    throw new HoldfastError('internal', `The client process ended by itself (${code ?? signal}).`);
  });
  failed.catch(() => undefined);
  return {
    pid: child.pid ?? 0,
    failed,
    async stop() {
      stopping = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), endWithin);
      await exited;
      clearTimeout(timer);
    },
  };
}
