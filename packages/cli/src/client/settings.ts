/** What lies beside the client's state for other processes: its settings, how it stands, what is asked of it while it runs. */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClientSettings, type ClientStatus, readSettings } from '@holdfast/client';
import { HoldfastError, isHoldfastError, Uuid } from '@holdfast/contract';
import { withOpen } from '@holdfast/engine';
import { localDisk } from '@holdfast/machine';
import { Compile } from 'typebox/compile';

export { standardFolder } from './standard-folder.ts';

const idShape = Compile(Uuid);

const statusName = 'status.json';
const requestsName = 'requests';

/**
 * For what only shows how things are: it is not made durable, and written anew in any case.
 * @param temporaryName one that nobody else writes at the same time
 */
async function publish(folder: string, name: string, text: string, temporaryName: string): Promise<void> {
  const temporary = join(folder, temporaryName);
  try {
    await writeFile(temporary, text, { mode: 0o600 });
    await rename(temporary, join(folder, name));
  } finally {
    await rm(temporary, { force: true });
  }
}

export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw new HoldfastError('disk.denied', `The state folder ${folder} cannot be made.`, { cause });
  });
}

/** Undefined where there are none, or they are damaged. @throws HoldfastError `disk.*` */
export async function settingsIn(folder: string): Promise<ClientSettings | undefined> {
  try {
    return await withOpen(localDisk().open(folder), readSettings);
  } catch (thrown) {
    if (!isHoldfastError(thrown, 'disk.not-found')) throw thrown;
    return undefined;
  }
}

/** @throws HoldfastError `client.not-enrolled`, `disk.*` */
export async function settingsOf(folder: string): Promise<ClientSettings> {
  const settings = await settingsIn(folder);
  if (settings) return settings;
  throw new HoldfastError('client.not-enrolled', `There is no client in ${folder}: it has no settings.`);
}

/**
 * What the running client shows to `status`: a view, made anew at every start, so it is not made durable. There is one client
 * in a folder, so what a killed one was writing is written over by the next.
 */
export function publishStatus(folder: string, status: ClientStatus): Promise<void> {
  return publish(folder, statusName, `${JSON.stringify(status)}\n`, `${statusName}.new`);
}

/** Written by this program alone, into a folder that its account alone may write. */
export async function publishedStatus(folder: string): Promise<ClientStatus | undefined> {
  const text = await readFile(join(folder, statusName), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as ClientStatus);
}

/** Folder of what is asked of a running client: one empty file for each deployment. */
export async function requestsFolder(folder: string): Promise<string> {
  const path = join(folder, requestsName);
  await mkdir(path, { recursive: true, mode: 0o700 });
  return path;
}

export async function leaveRequest(folder: string, deploymentId: string): Promise<void> {
  if (!idShape.Check(deploymentId)) {
    throw new HoldfastError('request.invalid', `${deploymentId} is not the id of a deployment; see status.`);
  }
  await publish(await requestsFolder(folder), deploymentId, '', `${deploymentId}.${process.pid}.new`);
}

/** Takes what was asked since the last time. */
export async function takeRequests(folder: string): Promise<string[]> {
  const path = await requestsFolder(folder);
  const names: string[] = (await readdir(path)).filter((name) => idShape.Check(name));
  for (const name of names) await rm(join(path, name), { force: true });
  return names;
}
