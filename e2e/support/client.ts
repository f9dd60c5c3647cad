/** A real client process on the client's own Node, in a sandbox folder. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { clientNodeFlags } from '@holdfast/machine';
import { type BuiltClient, buildClient, bundleForClient } from '../../scripts/build-client.ts';
import { temporaryFolder } from './folders.ts';

const projectFolder = join(import.meta.dirname, '..', '..');
const ownNode = join(projectFolder, 'packages/client/node_modules/.bin/node');

/** The Node that a client ships with; where it is not installed, this one. */
export const clientNode = existsSync(ownNode) ? ownNode : process.execPath;

/** A folder that goes with this process. */
function folderOfProcess(): string {
  const folder = temporaryFolder();
  process.on('exit', () => folder.remove());
  return join(folder.path, 'client');
}

/** Bundles another main of the client; answers the path of the bundle. */
export function clientBundle(entry: string): Promise<string> {
  return bundleForClient(entry, 'linux', folderOfProcess());
}

let shipped: Promise<BuiltClient> | undefined;

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
  shipped ??= buildClient({ platform: 'linux', output: folderOfProcess() });
  const { bundle: main, node } = await shipped;
  const environment = { ...process.env, NODE_NO_WARNINGS: '1' };
  const enrol = [main, 'enrol', '--site', site, '--token', token, '--folder', folder, '--root', root];
  await promisify(execFile)(node, enrol, { env: environment });
  const child: ChildProcess = spawn(node, [...clientNodeFlags, main, 'run', '--folder', folder], {
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
