/** Telling the site how a set-up goes: with the token while the machine is not its client yet, or as the client that it is. */
import {
  HoldfastError as Failure,
  type HoldfastError,
  type SetupPhase,
  type SetupReport,
} from '@holdfast/contract';
import type { Folder, MachinePorts, TlsIdentity } from '@holdfast/ports';
import { keptIdentity, keptTls } from '../enrolment/identity.ts';
import { createSite } from '../site.ts';
import { plainText } from '../text.ts';
import type { Progress, SetupJournal } from './progress.ts';
import { sendFirst } from './send.ts';

/** Milliseconds after a delivery that failed in which none is tried: a phase does not wait for it. */
const pauseMs = 60_000;

export type Told = {
  readonly phase: SetupPhase;
  readonly moment: SetupReport['moment'];
  readonly failure?: HoldfastError | undefined;
  /** In place of the failure's sentence. */
  readonly reason?: string;
};

/** A report of what has just happened, numbered after those before it. */
export async function reportOf(
  { boot, clock }: Pick<MachinePorts, 'boot' | 'clock'>,
  progress: Progress,
  { phase, moment, failure, reason = failure?.message }: Told,
): Promise<SetupReport> {
  const system = await boot.operatingSystem();
  return {
    setupId: progress.setupId,
    seq: progress.seq,
    at: clock.now(),
    phase,
    moment,
    hostName: plainText(await boot.hostName(), 120) || 'unnamed',
    platform: system.platform,
    architecture: plainText(system.architecture, 40),
    intent: progress.intent,
    ...(progress.chosen === null ? {} : { version: progress.chosen.version }),
    ...(failure === undefined ? {} : { error: failure.code }),
    ...(reason === undefined ? {} : { reason: plainText(reason, 2_000) }),
    ...(progress.clientId === null ? {} : { clientId: progress.clientId }),
  };
}

export type Delivery = {
  /** Brings what is there to the site. Never rejects for a site that does not listen: then it is for later. */
  soon(): Promise<void>;
  /** As `soon`, also right after a failure. Resolves to whether nothing is left. */
  now(): Promise<boolean>;
  /** Whether a later life of the set-up could bring what this one cannot: it has nothing but what lies on the disk. */
  later(): Promise<boolean>;
};

/** @param state the client's folder: with its certificate an enrolled machine may tell without a token */
export function reportDelivery(
  ports: Pick<MachinePorts, 'network' | 'clock'>,
  journal: SetupJournal,
  state: Folder,
): Delivery {
  let notBefore = Number.NEGATIVE_INFINITY;
  let own: TlsIdentity | undefined;
  /** Kept: an uninstall tells of its end when the key is gone. */
  const ownTls = async () => {
    own ??= (await state.entry('keys')) ? await keptTls(state) : undefined;
    return own;
  };
  const now = async () => {
    for (;;) {
      const { reports, address, token, authorities } = journal.state.unsent;
      if (reports.length === 0) return true;
      if (address === null) return false;
      let sent: number;
      try {
        const tls = token === null ? await ownTls() : { authorities };
        // Nothing says whose machine this is.
        if (tls === undefined) return false;
        sent = await sendFirst(createSite(address, ports), reports, { token, tls });
      } catch (thrown) {
        if (!(thrown instanceof Failure)) throw thrown;
        notBefore = ports.clock.monotonic() + pauseMs;
        return false;
      }
      await journal.commit({ sent });
    }
  };
  return {
    now,
    later: async () => {
      const { address, token } = journal.state.unsent;
      if (address === null) return false;
      return token !== null || ((await state.entry('keys')) && (await keptIdentity(state))) !== undefined;
    },
    soon: async () => {
      if (ports.clock.monotonic() >= notBefore) await now();
    },
  };
}
