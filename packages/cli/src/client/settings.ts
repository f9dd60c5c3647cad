/** What the client's own main keeps beside the state: which site, which root, what is asked of a running client. */
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientStatus } from '@holdfast/client';
import { HoldfastError, Uuid } from '@holdfast/contract';
import type { Static } from 'typebox';
import * as Type from 'typebox';
import { Compile } from 'typebox/compile';

export { standardFolder } from './standard-folder.ts';

const Settings = Type.Object({
  site: Type.String(),
  root: Type.String(),
  /** `notify`: what is wrong with the client itself is reported and not mended. */
  health: Type.Optional(Type.Union([Type.Literal('mend'), Type.Literal('notify')])),
  /** Room for content of packages. */
  cacheMegabytes: Type.Optional(Type.Integer({ minimum: 1 })),
  /** 0 says everything, 3 errors alone. */
  logLevel: Type.Optional(Type.Integer({ minimum: 0, maximum: 3 })),
});
export type Settings = Static<typeof Settings>;
const settingsShape = Compile(Settings);
const idShape = Compile(Uuid);

const settingsName = 'settings.json';
const statusName = 'status.json';
const requestsName = 'requests';

async function replaceFile(folder: string, name: string, text: string, durable: boolean): Promise<void> {
  const temporary = join(folder, `${name}.${process.pid}.new`);
  try {
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.writeFile(text);
      if (durable) await file.sync();
    } finally {
      await file.close();
    }
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

export function storeSettings(folder: string, settings: Settings): Promise<void> {
  return replaceFile(folder, settingsName, `${JSON.stringify(settings, null, 2)}\n`, true);
}

/** @throws HoldfastError `client.not-enrolled` */
export async function readSettings(folder: string): Promise<Settings> {
  const text = await readFile(join(folder, settingsName), 'utf8').catch((cause: unknown) => {
    throw new HoldfastError('client.not-enrolled', `There is no client in ${folder}.`, { cause });
  });
  const settings: unknown = JSON.parse(text);
  if (!settingsShape.Check(settings)) {
    throw new HoldfastError('client.not-enrolled', `The settings in ${folder} are damaged.`);
  }
  return settings;
}

/** What the running client shows to `status`: a view, made anew at every start, so it is not made durable. */
export function publishStatus(folder: string, status: ClientStatus): Promise<void> {
  return replaceFile(folder, statusName, `${JSON.stringify(status)}\n`, false);
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
  await replaceFile(await requestsFolder(folder), deploymentId, '', false);
}

/** Takes what was asked since the last time. */
export async function takeRequests(folder: string): Promise<string[]> {
  const path = await requestsFolder(folder);
  const names: string[] = (await readdir(path)).filter((name) => idShape.Check(name));
  for (const name of names) await rm(join(path, name), { force: true });
  return names;
}
