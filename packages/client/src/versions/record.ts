/** What lies on the disk about the versions of a client: which one is current, the trial under way, how the last one ended. */
import { ClientVersion, isHoldfastError, Timestamp, TrialFailure, Uuid } from '@holdfast/contract';
import { openPath, readWhole, removeIfThere, replaceFile, withOpen } from '@holdfast/engine';
import type { Folder } from '@holdfast/ports';
import type { Static, TSchema } from 'typebox';
import * as Type from 'typebox';
import { Compile } from 'typebox/compile';
import { jsonReader } from '../site.ts';

/** Folder in the state folder: one folder a version, and what is known of a trial. */
export const versionsFolder = 'versions';
/** File in the state folder with the number of the version that the launcher starts; without it that is the seed. */
export const currentName = 'current';

const trialName = 'trial.json';
const verdictName = 'verdict.json';
const blessingName = 'blessing.json';
const floorName = 'floor.json';

/** The seed of the package, or a version beside it by its number. */
export const VersionName = Type.Union([Type.Literal('seed'), ClientVersion]);
export type VersionName = Static<typeof VersionName>;

/** A version on trial. Written by its predecessor; from then on only the launcher and its guard change it. */
export const Trial = Type.Object({
  upgradeId: Uuid,
  clientId: Uuid,
  /** PEM: whose blessing counts. */
  policyKey: Type.String({ maxLength: 1024 }),
  version: ClientVersion,
  /** What is gone back to, and its number for those who read of it. */
  previous: VersionName,
  previousVersion: ClientVersion,
  /** Nobody goes below it once the version is blessed. */
  floor: ClientVersion,
  begunAt: Timestamp,
  /** The start of the machine in which the switch was made. */
  bootId: Type.String({ maxLength: 64 }),
  /** Milliseconds awake that it lasts at least. */
  leastMs: Type.Integer({ minimum: 0 }),
  /** It counts only once the machine has started again. */
  needsRestart: Type.Boolean(),
  /** Starts that did not end in good order, and the one that runs. */
  starts: Type.Integer({ minimum: 0, maximum: 1_000 }),
  /** Milliseconds awake in which the site answered the guard, over all starts. */
  spentMs: Type.Integer({ minimum: 0 }),
  /** What is known of how earlier starts ended, as clauses. */
  ends: Type.Array(Type.String({ maxLength: 500 }), { maxItems: 10 }),
});
export type Trial = Static<typeof Trial>;

/** A trial that failed, kept until the client that is back has told it. */
export const Verdict = Type.Object({
  upgradeId: Uuid,
  version: ClientVersion,
  previousVersion: ClientVersion,
  starts: Type.Integer({ minimum: 0 }),
  cause: TrialFailure,
  /** A clause. */
  reason: Type.String({ maxLength: 2_000 }),
  at: Timestamp,
});
export type Verdict = Static<typeof Verdict>;

const Floor = Type.Object({ floor: ClientVersion });

const recordLimit = 64 * 1024;
/** Bytes of the file that names the current version. */
const currentLimit = 64;

/** The folder of versions; undefined where there is none. */
export async function withVersions<Result>(
  state: Folder,
  use: (versions: Folder) => Promise<Result>,
): Promise<Result | undefined> {
  if ((await state.entry(versionsFolder))?.kind !== 'folder') return undefined;
  return await withOpen(state.folder(versionsFolder), use);
}

/** The same, made where it is missing. */
export async function makeVersions<Result>(
  state: Folder,
  use: (versions: Folder) => Promise<Result>,
): Promise<Result> {
  return await withOpen(openPath(state, [versionsFolder], { create: true }), use);
}

/**
 * Undefined where there is none, or it is damaged: then it counts for nothing, and the version that was blessed last runs.
 * @throws HoldfastError `disk.*` for what could not be read: whether there is one is not known then
 */
async function read<Schema extends TSchema>(
  versions: Folder,
  name: string,
  parse: (text: string) => Static<Schema>,
): Promise<Static<Schema> | undefined> {
  if (!(await isShort(versions, name, recordLimit))) return undefined;
  try {
    return parse(Buffer.from(await readWhole(versions, name, recordLimit)).toString('utf8'));
  } catch (thrown) {
    if (!isHoldfastError(thrown, 'disk.not-found', 'network.response-invalid')) throw thrown;
    return undefined;
  }
}

/** Whether a file lies there, of no more bytes than it may have. */
async function isShort(folder: Folder, name: string, limit: number): Promise<boolean> {
  const entry = await folder.entry(name);
  return entry?.kind === 'file' && entry.size <= limit;
}

async function write(versions: Folder, name: string, record: unknown): Promise<void> {
  await replaceFile(versions, name, Buffer.from(`${JSON.stringify(record)}\n`, 'utf8'));
}

async function drop(versions: Folder, name: string): Promise<void> {
  await removeIfThere(versions, name);
  await versions.sync();
}

const parseTrial = jsonReader(Trial, 'record of a trial');
const parseVerdict = jsonReader(Verdict, 'verdict on a version');
const parseFloor = jsonReader(Floor, 'version floor');

export const readTrial = (versions: Folder) => read<typeof Trial>(versions, trialName, parseTrial);
export const writeTrial = (versions: Folder, trial: Trial) => write(versions, trialName, trial);
export const dropTrial = (versions: Folder) => drop(versions, trialName);

export const readVerdict = (versions: Folder) => read<typeof Verdict>(versions, verdictName, parseVerdict);
export const writeVerdict = (versions: Folder, verdict: Verdict) => write(versions, verdictName, verdict);
export const dropVerdict = (versions: Folder) => drop(versions, verdictName);

/** A blessing as the site sent it: hostile until its signature was seen. */
export const readBlessing = (versions: Folder) => read<Type.TString>(versions, blessingName, (text) => text);
export const writeBlessing = (versions: Folder, envelope: unknown) => write(versions, blessingName, envelope);
export const dropBlessing = (versions: Folder) => drop(versions, blessingName);

/** The floor that a blessed version has brought; undefined before the first. */
export async function readFloor(versions: Folder): Promise<string | undefined> {
  return (await read<typeof Floor>(versions, floorName, parseFloor))?.floor;
}
export const writeFloor = (versions: Folder, floor: string) => write(versions, floorName, { floor });

const versionShape = Compile(ClientVersion);

/**
 * The version that is named to be started; undefined where the file that names it is not what it should be.
 * @throws HoldfastError `disk.*` for what could not be read
 */
export async function readCurrent(state: Folder): Promise<VersionName | undefined> {
  if (!(await state.entry(currentName))) return 'seed';
  if (!(await isShort(state, currentName, currentLimit))) return undefined;
  const text = Buffer.from(await readWhole(state, currentName, currentLimit))
    .toString('utf8')
    .trim();
  return versionShape.Check(text) ? text : undefined;
}

/** Switches at one stroke. */
export async function writeCurrent(state: Folder, version: VersionName): Promise<void> {
  if (version !== 'seed') {
    await replaceFile(state, currentName, Buffer.from(`${version}\n`, 'utf8'), { mode: 0o644 });
    return;
  }
  await removeIfThere(state, currentName);
  await state.sync();
}
