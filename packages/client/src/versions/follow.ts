/** An order of the site, followed: its version is had whole beside the one that runs, tried, switched to, and started. */
import { gateSentence, HoldfastError, type VersionOrder } from '@holdfast/contract';
import { firstClosedGate, fullJitterMs, type Gate, gatePollMs, gatesOf, waitAt } from '@holdfast/engine';
import type { Folder } from '@holdfast/ports';
import { enrolled, ownTls } from '../enrolment/identity.ts';
import { childPath } from '../paths.ts';
import { fetchRelease } from '../release.ts';
import { isLower, keptPackage } from '../setup/installed.ts';
import { obtainVersion } from './obtain.ts';
import type { VersionProgress } from './progress.ts';
import {
  makeVersions,
  readCurrent,
  readFloor,
  type Trial,
  versionsFolder,
  withVersions,
  writeCurrent,
  writeTrial,
} from './record.ts';
import { fittingArchive, nextVersion } from './route.ts';
import { save } from './saved.ts';
import { begun, type Care, commit, idle, startIt, type VersionTurn } from './turn.ts';

/** After a try that something of the network or the site has ended. */
const retryBackoff = { baseMs: 60_000, capMs: 60 * 60_000 };
/** Tries of that kind, and switches that came to nothing, after which an order is refused. */
const mostSetbacks = 20;
const mostSwitches = 3;

/** What no further try mends. Content of another hash may be a download that lost its power, and is fetched anew. */
const permanent: ReadonlySet<string> = new Set([
  'release.floor',
  'release.missing',
  'release.untrusted',
  'component.damaged',
]);

/** @param care of a client that runs no version on trial */
export async function follow(
  care: Care,
  order: VersionOrder,
  signal: AbortSignal | undefined,
): Promise<VersionTurn> {
  const { context } = care;
  const { journal, ports, options } = context;
  const { clock, entropy } = ports;
  const spreadMs = order.spreadSeconds * 1000;
  let progress = journal.state.version;
  if (progress?.upgradeId !== order.upgradeId) {
    const spread = entropy.integer(spreadMs + 1);
    const fresh = begun(order.upgradeId, order.version, Math.max(order.notBefore, clock.now()) + spread);
    progress = { ...fresh, kept: progress?.kept ?? null };
    await commit(care, progress);
  }
  const latest = Math.max(order.notBefore, clock.now()) + Math.max(spreadMs, retryBackoff.capMs);
  if (progress.at > latest) {
    // It was drawn by a clock that was wrong.
    progress = { ...progress, at: Math.max(order.notBefore, clock.now()) + entropy.integer(spreadMs + 1) };
    await commit(care, progress);
  }
  if (progress.state === 'blessed' && progress.version !== order.version) {
    // A stepping stone was taken; the way goes on.
    progress = { ...progress, version: order.version, state: 'waiting', setbacks: 0, switches: 0 };
    await commit(care, progress);
  }
  if (progress.state === 'on-trial' || progress.state === 'proving')
    progress = { ...progress, state: 'waiting' };
  if (progress.state !== 'waiting') return idle;
  if (order.version === options.version) {
    await context.reporter.report(
      { name: 'version-blessed', details: { upgradeId: order.upgradeId, version: order.version } },
      { kind: 'version', progress: { ...progress, state: 'blessed' } },
    );
    return idle;
  }
  if (clock.now() < progress.at) return { at: progress.at, gates: [] };
  return await take(care, order, progress, signal);
}

async function take(
  care: Care,
  order: VersionOrder,
  progress: VersionProgress,
  signal: AbortSignal | undefined,
): Promise<VersionTurn> {
  const { context } = care;
  const { clock, entropy } = context.ports;
  const gates = gatesFor(care);
  const closed = await firstClosedGate(gates);
  if (closed) {
    const wait = waitAt(null, closed, clock.now());
    const said = gateSentence(wait);
    if (said !== progress.said) {
      const details = {
        upgradeId: order.upgradeId,
        version: order.version,
        gate: closed.gate,
        reason: closed.reason,
      };
      await context.reporter.report(
        { name: 'version-waits', details },
        { kind: 'version', progress: { ...progress, said } },
      );
    }
    return { at: clock.now() + gatePollMs(wait, clock.now(), entropy), gates };
  }
  try {
    await switchTo(care, order, progress, signal);
    return await startIt(care);
  } catch (thrown) {
    if (signal?.aborted || !(thrown instanceof HoldfastError)) throw thrown;
    const setbacks = progress.setbacks + 1;
    if (permanent.has(thrown.code) || setbacks >= mostSetbacks)
      return await refuse(care, order, progress, thrown);
    const at = clock.now() + fullJitterMs(setbacks, retryBackoff, entropy);
    context.reporter.note('warning', thrown.code, thrown.message);
    await commit(care, { ...progress, setbacks, at });
    return { at, gates: [] };
  }
}

/** A pending restart of somebody else's keeps nobody from it; one that is about our own files does. */
function gatesFor({ context, installation }: Care): readonly Gate[] {
  const { installFolder } = installation.place;
  return gatesOf(
    [
      { kind: 'boot-settled', name: 'boot-settled' },
      { kind: 'no-pending-reboot', name: 'own-files-settled', paths: [installFolder, context.folder.path] },
      { kind: 'network', name: 'network' },
    ],
    context.ports,
    context.options,
  );
}

async function refuse(
  { context }: Care,
  order: VersionOrder,
  progress: VersionProgress,
  { code, message }: HoldfastError,
): Promise<VersionTurn> {
  const { upgradeId, version } = order;
  await context.reporter.report(
    { name: 'version-refused', details: { upgradeId, version, error: code, reason: message } },
    { kind: 'version', progress: { ...progress, state: 'refused' } },
  );
  return idle;
}

/** Has the version whole beside this one, tries it in a process of its own, and has it started on trial. */
async function switchTo(
  care: Care,
  order: VersionOrder,
  progress: VersionProgress,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { context, installation, host } = care;
  const { ports, options, folder, site } = context;
  const { releaseKey } = installation;
  const tls = await ownTls(context);
  const question = { releaseKey, tls, signal };
  const ordered = await fetchRelease(site, { ...question, version: order.version });
  const floor = await floorOf(folder);
  const version = nextVersion(order, ordered.release, options.version, floor);
  const { release } =
    version === order.version ? ordered : await fetchRelease(site, { ...question, version });
  const system = await ports.boot.operatingSystem();
  const archive = fittingArchive(release, system, host.runtime);
  const from = { site, tls: () => ownTls(context) };
  await makeVersions(folder, async (versions) => {
    const now = () => ports.clock.now();
    await obtainVersion({ versions, release, archive, system, releaseKey, site: from, now, signal });
    const { passed, text } = await host.selfTest(
      childPath({ path: childPath(folder, versionsFolder) }, version),
    );
    if (!passed)
      throw new HoldfastError('component.damaged', `Version ${version} failed its self-test: ${text}`);
    if (progress.switches >= mostSwitches) {
      throw new HoldfastError(
        'component.damaged',
        `Version ${version} was switched to ${mostSwitches} times, and never came up.`,
      );
    }
    const needsRestart = archive.needs.restart ?? false;
    await begin(care, versions, order, { ...progress, version }, { floor: release.floor, needsRestart });
  });
}

/** The switch itself: cut off anywhere before its last step, nothing has changed. */
async function begin(
  care: Care,
  versions: Folder,
  { upgradeId, trialSeconds }: VersionOrder,
  progress: VersionProgress,
  needs: Pick<Trial, 'floor' | 'needsRestart'>,
): Promise<void> {
  const { context } = care;
  const { folder, journal, ports, options } = context;
  const { trust, identity } = enrolled(context);
  const previous = (await readCurrent(folder)) ?? 'seed';
  await save(folder, versions, journal.state);
  await writeTrial(versions, {
    upgradeId,
    clientId: identity.clientId,
    policyKey: trust.policyKey,
    version: progress.version,
    previous,
    previousVersion: options.version,
    begunAt: ports.clock.now(),
    bootId: await ports.boot.id(),
    leastMs: trialSeconds * 1000,
    ...needs,
    starts: 0,
    spentMs: 0,
    ends: [],
  });
  const kept = previous === 'seed' ? null : previous;
  await commit(care, { ...progress, state: 'on-trial', switches: progress.switches + 1, kept });
  await writeCurrent(folder, progress.version);
}

/** The higher of what the package and what the versions since have brought. */
export async function floorOf(state: Folder): Promise<string> {
  const ofPackage = (await keptPackage(state))?.floor ?? '0.0.0';
  const ofVersions = (await withVersions(state, readFloor)) ?? '0.0.0';
  return isLower(ofPackage, ofVersions) ? ofVersions : ofPackage;
}
