/** A real client process on the client's own Node, in a sandbox folder. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildClient, clientNodeFlags } from '../../scripts/build-client.ts';
import { temporaryFolder } from './folders.ts';

const projectFolder = join(import.meta.dirname, '..', '..');
const ownNode = join(projectFolder, 'packages/client/node_modules/.bin/node');

/** The Node that a client ships with; where it is not installed, this one. */
export const clientNode = existsSync(ownNode) ? ownNode : process.execPath;

/** Bundles a main of the client as it ships, into a temporary folder that goes with this process. */
export async function clientBundle(entry?: string): Promise<string> {
  const folder = temporaryFolder();
  process.on('exit', () => folder.remove());
  const { bundle } = await buildClient({
    platform: 'linux',
    output: join(folder.path, 'bundle'),
    ...(entry === undefined ? {} : { entry }),
  });
  return bundle;
}

let shipped: Promise<string> | undefined;

export type ClientProcess = {
  /** The root under which it installs. */
  readonly root: string;
  readonly folder: string;
  readonly pid: number;
  stop(): Promise<void>;
};

/** Enrols a client with its verb, then starts it. */
export async function startClient(parent: string, site: string, token: string): Promise<ClientProcess> {
  const folder = join(parent, 'client');
  const root = join(parent, 'root');
  mkdirSync(folder, { recursive: true });
  mkdirSync(root, { recursive: true });
  shipped ??= clientBundle();
  const main = await shipped;
  const environment = { ...process.env, NODE_NO_WARNINGS: '1' };
  const enrol = [main, 'enrol', '--site', site, '--token', token, '--folder', folder, '--root', root];
  await promisify(execFile)(clientNode, enrol, { env: environment });
  const child: ChildProcess = spawn(clientNode, [...clientNodeFlags, main, 'run', '--folder', folder], {
    stdio: process.env.HOLDFAST_SHOW_CLIENT ? 'inherit' : 'ignore',
    env: environment,
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    root,
    folder,
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
