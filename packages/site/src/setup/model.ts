/** What machines tell of their set-up, from before they are clients: believed as far as their token or certificate is known. */
import { HoldfastError, parseToken, type SetupReport, sha256 } from '@holdfast/contract';
import type { Kysely } from 'kysely';
import type { SiteContext } from '../context.ts';
import { findTokenBySecret, findTokenOfClient } from '../enrolment/store.ts';
import type { Schema, SetupRow } from '../store/schema.ts';
import { addReports, lockSetup, pruneSetups, putSetup } from './store.ts';

/** Requests with one token in one minute; a set-up that goes well sends about twenty. */
const mostRequests = 1_200;
const minute = 60_000;

/** How a set-up stands after a report. Whether it has fallen silent is seen when it is looked at. */
function standingAfter({ intent, moment, phase }: SetupReport): string {
  if (moment === 'failed') return 'failed';
  if (moment === 'waits') return 'waiting';
  // Where an older client is followed it goes behind the last phase of all others.
  const last = intent === 'uninstall' ? ['install'] : ['components', 'retire'];
  return last.includes(phase) && moment === 'ended' ? 'succeeded' : 'running';
}

/** PostgreSQL refuses NUL in text, so it is made visible. */
const text = (value: string): string => value.replaceAll('\u0000', '\ufffd');

function rowOf(
  report: SetupReport,
  known: Pick<SetupRow, 'firstHeardAt' | 'version' | 'clientId'> | undefined,
  heard: { tokenId: string; at: number },
): SetupRow {
  return {
    id: report.setupId,
    tokenId: heard.tokenId,
    seq: report.seq,
    standing: standingAfter(report),
    hostName: text(report.hostName),
    platform: report.platform,
    architecture: text(report.architecture),
    version: report.version ?? known?.version ?? null,
    intent: report.intent,
    phase: report.phase,
    moment: report.moment,
    error: report.error === undefined ? null : text(report.error),
    reason: report.reason === undefined ? null : text(report.reason),
    clientId: report.clientId ?? known?.clientId ?? null,
    firstHeardAt: known?.firstHeardAt ?? heard.at,
    lastHeardAt: heard.at,
  };
}

export type SetupDesk = {
  /**
   * Takes reports. A token that is spent, expired or revoked still may tell: those are the machines to see.
   * @throws HoldfastError `token.malformed`, `token.unknown`, `request.rate`
   */
  take(token: string, reports: readonly SetupReport[]): Promise<void>;
  /**
   * Takes reports of a client that has shown its certificate; they stand under the token that it was enrolled with.
   * @throws HoldfastError `client.mismatch` for reports of another client, `token.unknown`, `request.rate`
   */
  takeOfClient(clientId: string, reports: readonly SetupReport[]): Promise<void>;
};

/** @param most requests with one token in one minute */
export function createSetupDesk(context: SiteContext, most = mostRequests): SetupDesk {
  /** Requests of this minute by token or client: only those that the site knows get in. */
  let counted = { since: 0, requests: new Map<string, number>() };

  function refuseTooMany(who: string): void {
    const now = context.clock.monotonic();
    if (now - counted.since >= minute) counted = { since: now, requests: new Map() };
    const requests = (counted.requests.get(who) ?? 0) + 1;
    counted.requests.set(who, requests);
    if (requests <= most) return;
    const retryAfter = Math.ceil((counted.since + minute - now) / 1000);
    throw new HoldfastError(
      'request.rate',
      'Too many set-ups report with this token or certificate at once.',
      {
        details: { retryAfter },
      },
    );
  }

  return {
    async take(token, reports) {
      const known = await findTokenBySecret(context.store, sha256(parseToken(token).secret));
      if (!known) throw new HoldfastError('token.unknown', 'This site did not issue the enrolment token.');
      refuseTooMany(known.id);
      await keepAll(context, known.id, reports);
    },
    async takeOfClient(clientId, reports) {
      if (reports.some((report) => report.clientId !== undefined && report.clientId !== clientId)) {
        throw new HoldfastError('client.mismatch', 'The reports are of another client than the certificate.');
      }
      refuseTooMany(clientId);
      const tokenId = await findTokenOfClient(context.store, clientId);
      if (tokenId === undefined) {
        throw new HoldfastError('token.unknown', 'The token that this client was enrolled with is gone.');
      }
      await keepAll(
        context,
        tokenId,
        reports.map((report) => ({ ...report, clientId })),
      );
    },
  };
}

async function keepAll(
  context: SiteContext,
  tokenId: string,
  reports: readonly SetupReport[],
): Promise<void> {
  const heard = { tokenId, at: context.clock.now() };
  const groups = Map.groupBy(reports, ({ setupId }) => setupId);
  await context.store.transaction().execute(async (transaction) => {
    for (const [id, group] of groups) await keep(transaction, id, group, heard);
  });
  for (const id of groups.keys()) context.live.publish({ kind: 'setup', id });
}

/** A batch that is sent again, because its answer was lost, changes nothing but when it was heard. */
async function keep(
  transaction: Kysely<Schema>,
  id: string,
  reports: readonly SetupReport[],
  heard: { tokenId: string; at: number },
): Promise<void> {
  const latest = reports.reduce((last, report) => (report.seq > last.seq ? report : last));
  const known = await lockSetup(transaction, id);
  const row = rowOf(latest, known, heard);
  const older = known !== undefined && known.seq > latest.seq;
  await putSetup(transaction, older ? { ...known, lastHeardAt: heard.at } : row);
  await addReports(transaction, id, reports);
  if (known === undefined) await pruneSetups(transaction, heard.tokenId);
}
