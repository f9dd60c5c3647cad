/** Reports that a set-up could not bring to the site, laid down for the client that it has made: from then on they are its own. */
import { type ErrorCode, HoldfastError, isHoldfastError, SetupReport, type Uuid } from '@holdfast/contract';
import { readWhole, removeIfThere, replaceFile, withOpen } from '@holdfast/engine';
import type { Folder, TlsIdentity } from '@holdfast/ports';
import * as Type from 'typebox';
import type { ClientContext } from '../context.ts';
import { jsonReader } from '../site.ts';
import { setupFolder } from './places.ts';
import { mostUnsent, sendFirst } from './send.ts';

/** What has another ending is being written. */
const untoldFile = /^untold-[0-9a-f-]{36}\.json$/;
const unwrittenFile = /^untold-[0-9a-f-]{36}\.json\.new$/;

/** Set-ups whose reports are kept; a client that never reaches its site needs no more. */
const mostFiles = 20;
/** Bytes of one: reports are bounded in number and length. */
const fileLimit = 4 * 1024 * 1024;

const readReports = jsonReader(Type.Array(SetupReport, { maxItems: mostUnsent }), 'reports of a set-up');

/** Answers after which the same reports are not sent again: the site will never take them. */
const refusals: readonly ErrorCode[] = [
  'not-found',
  'request.invalid',
  'request.too-large',
  'client.mismatch',
  'token.unknown',
];

const untoldNames = async (setup: Folder) => (await setup.names()).filter((name) => untoldFile.test(name));

/**
 * Has the reports lie there, durable. To do it twice is to do it once; and should they be told twice, their numbers say so.
 * @param setup the set-up's own folder
 */
export async function leaveUntold(
  setup: Folder,
  setupId: Uuid,
  reports: readonly SetupReport[],
): Promise<void> {
  const own = `untold-${setupId}.json`;
  const others = (await untoldNames(setup)).filter((name) => name !== own);
  for (const name of others.slice(mostFiles - 1)) await removeIfThere(setup, name);
  await replaceFile(setup, own, Buffer.from(JSON.stringify(reports), 'utf8'));
}

/** Where no client is left there is nobody whose reports they are. */
export async function dropUntold(setup: Folder): Promise<void> {
  for (const name of await untoldNames(setup)) await removeIfThere(setup, name);
}

/** A set-up that was killed while it laid them down, and could then tell them itself, left this. None may be under way. */
export async function dropUnwritten(setup: Folder): Promise<void> {
  for (const name of (await setup.names()).filter((one) => unwrittenFile.test(one))) {
    await removeIfThere(setup, name);
  }
}

/** Whether a set-up of this machine has left something for the client to tell. */
export async function hasUntold(state: Folder): Promise<boolean> {
  if (!(await state.entry(setupFolder))) return false;
  return await withOpen(state.folder(setupFolder), async (setup) => (await untoldNames(setup)).length > 0);
}

/**
 * Brings them to the site as the client that it knows, and removes what it has taken. What is no report is removed.
 * @throws HoldfastError `network.*`, `certificate.*` ...: what was not taken stays
 */
export async function deliverUntold(
  { folder: state, site, reporter }: ClientContext,
  tls: TlsIdentity,
  signal: AbortSignal | undefined,
): Promise<void> {
  await withOpen(state.folder(setupFolder), async (setup) => {
    for (const name of await untoldNames(setup)) {
      let reports = await reportsIn(setup, name);
      try {
        while (reports.length > 0) reports = reports.slice(await sendFirst(site, reports, { tls, signal }));
      } catch (thrown) {
        if (!isHoldfastError(thrown, ...refusals)) throw thrown;
        reporter.note('warning', 'setup-refused', `The site does not take it: ${thrown.message}`);
      }
      await removeIfThere(setup, name);
      await setup.sync();
    }
  });
}

async function reportsIn(setup: Folder, name: string): Promise<readonly SetupReport[]> {
  try {
    return readReports(Buffer.from(await readWhole(setup, name, fileLimit)).toString('utf8'));
  } catch (thrown) {
    if (thrown instanceof HoldfastError) return [];
    throw thrown;
  }
}
