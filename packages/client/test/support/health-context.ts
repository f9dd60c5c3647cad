/** A client's context in a temporary folder, with the parts of the machine that a test of its health bends. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { linuxMachine } from '@holdfast/machine';
import type { ClientContext, ClientOptions, ClientPorts } from '../../src/context.ts';
import { keepIdentity, newPending } from '../../src/enrolment/identity.ts';
import { emptyHealth } from '../../src/health/record.ts';
import { newVitals } from '../../src/health/vitals.ts';
import { openState } from '../../src/open-state.ts';
import { createSite } from '../../src/site.ts';
import { createReporter } from '../../src/status/reporter.ts';
import { fakeSite } from './fake-site.ts';
import { testClock } from './rig.ts';

export const dayMs = 86_400_000;

export type HealthContext = Omit<ClientContext, 'ports'> & {
  /** Any of them may be put in another's place. */
  readonly ports: { -readonly [Port in keyof ClientPorts]: ClientPorts[Port] };
  readonly state: string;
  readonly time: ReturnType<typeof testClock>;
};

export async function healthContext(
  test: TestContext,
  options: Partial<ClientOptions> = {},
): Promise<HealthContext> {
  const state = await mkdtemp(join(tmpdir(), 'holdfast-health-'));
  const machine = linuxMachine();
  const time = testClock();
  const site = fakeSite();
  const { facilities: _facilities, starters: _starters, ...rest } = machine;
  const ports = {
    ...rest,
    clock: time,
    network: site.network,
    identities: { ...machine.identities, fits: async () => true },
  };
  const folder = await machine.disk.open(state);
  const { journal } = await openState(machine.entropy, folder);
  test.after(async () => {
    await journal.close();
    await folder.close();
    machine.close();
    await rm(state, { recursive: true });
  });
  const all = {
    folder: state,
    root: state,
    site: 'https://site.example',
    version: '1.0.0',
    log: () => {},
    ...options,
  };
  return {
    ports,
    options: all,
    folder,
    journal,
    reporter: createReporter(journal, time, all.log),
    site: createSite(all.site, ports),
    vitals: newVitals(emptyHealth),
    state,
    time,
  };
}

/** Has it have a certificate of 90 days, issued now, with its key and copy. */
export async function withIdentity(context: HealthContext): Promise<{ keyFile: string }> {
  const trust = { siteCode: 'HF1', policyKey: '', authorities: ['authority'], issuedAt: 0 };
  const { keyFile } = await newPending(context, trust);
  const issuedAt = context.time.now();
  const identity = {
    clientId: randomUUID(),
    keyFile,
    certificate: 'a certificate',
    issuedAt,
    expiresAt: issuedAt + 90 * dayMs,
  };
  await context.journal.commit({ kind: 'identity', trust, identity });
  await keepIdentity(context);
  return { keyFile };
}
