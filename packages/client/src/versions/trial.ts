/** A trial on the disk: begun by the version before, counted by the launcher, ended by a blessing or by going back. */
import { createPublicKey } from 'node:crypto';
import {
  Envelope,
  isHoldfastError,
  type Timestamp,
  type TrialFailure,
  trialFailures,
  trialStarts,
  unseal,
  VersionBlessing,
} from '@holdfast/contract';
import type { Folder } from '@holdfast/ports';
import { isLower } from '../setup/installed.ts';
import { jsonReader } from '../site.ts';
import {
  dropBlessing,
  dropTrial,
  makeVersions,
  readBlessing,
  readCurrent,
  readFloor,
  readTrial,
  readVerdict,
  type Trial,
  type VersionName,
  withVersions,
  writeCurrent,
  writeFloor,
  writeTrial,
  writeVerdict,
} from './record.ts';
import { restoreFiles } from './saved.ts';

/** What the launcher starts. */
export type Start = {
  readonly version: VersionName;
  /** Set where that version is on trial. */
  readonly trial: Trial | null;
};

export type StartOptions = {
  /** Milliseconds since 1970. */
  readonly now: () => Timestamp;
  /** What is wrong with a version that is not the seed, as a clause; undefined where all of its core is as it was signed. */
  readonly damage: (version: string) => Promise<string | undefined>;
};

/**
 * Chooses what is started, and counts the start of a version on trial before it begins: one that takes the machine with it
 * counts too. A trial whose starts are used up, or whose files are damaged, ends here, without a network. Where a start
 * cannot be counted the version before is started: a disk that is full gives nobody endless tries.
 *
 * @throws HoldfastError `disk.*` where the state folder cannot be used: then the seed is started
 */
export async function nextStart(state: Folder, options: StartOptions): Promise<Start> {
  const current = await readCurrent(state);
  const trial = await withVersions(state, readTrial);
  if (trial === undefined) return { version: current ?? 'seed', trial: null };
  // Where only the client was killed, what was just read may still be on its way to the disk.
  await state.sync();
  if (await isGivenUp(state, trial)) {
    await finishWayBack(state, trial);
    return { version: trial.previous, trial: null };
  }
  if (current === undefined) {
    return await wentBack(state, trial, 'damaged', 'the file that names the version is damaged', options);
  }
  if (trial.version !== current) {
    // Cut off before the switch: it is over.
    await withVersions(state, dropTrial);
    return { version: current, trial: null };
  }
  const damage = await options.damage(trial.version);
  if (damage !== undefined) return await wentBack(state, trial, 'damaged', damage, options);
  if (trial.starts >= trialStarts) {
    const reason = trial.ends.at(-1) ?? trialFailures.died;
    return await wentBack(state, trial, 'died', reason, options);
  }
  const counted = { ...trial, starts: trial.starts + 1 };
  try {
    await withVersions(state, (versions) => writeTrial(versions, counted));
  } catch (thrown) {
    if (!isHoldfastError(thrown)) throw thrown;
    return { version: trial.previous, trial: null };
  }
  return { version: current, trial: counted };
}

async function wentBack(
  state: Folder,
  trial: Trial,
  cause: TrialFailure,
  reason: string,
  { now }: Pick<StartOptions, 'now'>,
): Promise<Start> {
  await goBack(state, trial, { cause, reason, at: now() });
  return { version: trial.previous, trial: null };
}

export type TrialEnd = { readonly cause: TrialFailure; readonly reason: string; readonly at: Timestamp };

/**
 * Ends a trial that has failed, where nothing of its version runs: the version before it is current again, and so is what it
 * needs. Cut off anywhere, it is done by the next start.
 */
export async function goBack(state: Folder, trial: Trial, end: TrialEnd): Promise<void> {
  await condemn(state, trial, end);
  await finishWayBack(state, trial);
}

/**
 * Says that a trial has failed, where its version still runs: the next start does the rest, with nobody who would spoil it
 * again. The verdict comes first, so that no way back goes untold.
 */
export async function condemn(state: Folder, trial: Trial, { cause, reason, at }: TrialEnd): Promise<void> {
  const { upgradeId, version, previous, previousVersion, starts } = trial;
  const verdict = { upgradeId, version, previousVersion, starts, cause, reason: reason.slice(0, 2_000), at };
  await makeVersions(state, (versions) => writeVerdict(versions, verdict));
  await writeCurrent(state, previous);
}

async function isGivenUp(state: Folder, { upgradeId, version }: Trial): Promise<boolean> {
  const verdict = await withVersions(state, readVerdict);
  return verdict?.upgradeId === upgradeId && verdict.version === version;
}

async function finishWayBack(state: Folder, { previous }: Trial): Promise<void> {
  await makeVersions(state, async (versions) => {
    await writeCurrent(state, previous);
    await restoreFiles(state, versions);
    await dropBlessing(versions);
    await dropTrial(versions);
  });
}

/** A start that ended because it was asked to is none of those that count against a version. */
export async function endedInOrder(state: Folder, trial: Trial): Promise<void> {
  await withVersions(state, async (versions) => {
    const now = await readTrial(versions);
    if (now?.upgradeId !== trial.upgradeId || now.starts === 0) return;
    await writeTrial(versions, { ...now, starts: now.starts - 1 });
  });
}

const readEnvelope = jsonReader(Envelope, 'blessing');
const readPayload = jsonReader(VersionBlessing, 'blessing');

/**
 * Ends a trial well if a blessing lies there that is signed by the site, and meant for this client, version and upgrade.
 * @returns whether it did
 */
export async function takeBlessing(versions: Folder, trial: Trial, bootId: string): Promise<boolean> {
  if (trial.needsRestart && trial.bootId === bootId) return false;
  if (!(await isBlessed(versions, trial))) return false;
  const known = await readFloor(versions);
  if (known === undefined || isLower(known, trial.floor)) await writeFloor(versions, trial.floor);
  await dropTrial(versions);
  await dropBlessing(versions);
  return true;
}

/** Whether the site's word for this version lies there: it has proved itself, and what is left of its trial is time. */
export async function isBlessed(versions: Folder, trial: Trial): Promise<boolean> {
  const text = await readBlessing(versions);
  return text !== undefined && blesses(text, trial);
}

function blesses(text: string, { clientId, upgradeId, version, policyKey }: Trial): boolean {
  try {
    const payload = unseal('holdfast/version-blessing', readEnvelope(text), createPublicKey(policyKey));
    const blessing = readPayload(payload);
    return blessing.clientId === clientId && blessing.upgradeId === upgradeId && blessing.version === version;
  } catch (thrown) {
    if (isHoldfastError(thrown, 'policy.untrusted', 'network.response-invalid')) return false;
    throw thrown;
  }
}
