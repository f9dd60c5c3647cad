/** A machine whose client is dead and never lives again, as the second starter sees it. */
import { mkdir, writeFile } from 'node:fs/promises';
import type { TestContext } from 'node:test';
import { linuxMachine } from '@holdfast/machine';
import type { Command, Network, StarterState, TlsIdentity } from '@holdfast/ports';
import type { RescuePorts } from '../../src/rescue/index.ts';
import { type ReinstallOptions, reinstall } from '../../src/rescue/reinstall.ts';
import { installed } from './installed.ts';
import { packageSiteAddress } from './package-site.ts';
import type { StandIn } from './stand-in.ts';

export const authority = 'PEM of the authority';

type Change = Partial<Omit<RescuePorts, 'starters'>> & { starters?: Partial<RescuePorts['starters']> };

/** A client of which launcher and all else may be lost, with a service that never lives. */
export async function rescueWorld(
  context: TestContext,
  client: StandIn,
  site: Pick<Network, 'request'>,
  change: Change = {},
) {
  const made = await installed(context, {}, client);
  const machine = linuxMachine();
  context.after(() => machine.close());
  const started: Omit<Command, 'mark'>[] = [];
  const shown: TlsIdentity[] = [];
  const dead: StarterState = {
    present: true,
    asDefined: true,
    enabled: true,
    active: false,
    reason: 'it ends',
  };
  const nothing = async () => undefined;
  let waited = 0;
  const ports: RescuePorts = {
    ...machine,
    ...made.installation.ports,
    installers: { ...machine.installers, dpkg: async () => undefined, idle: async () => ({ ready: true }) },
    boot: {
      ...made.installation.ports.boot,
      settled: async () => ({ ready: true }),
      awake: async () => 3_600_000 + waited,
    },
    clock: {
      now: () => 0,
      monotonic: () => waited,
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          // Long ones are bounds: who tests them brings its own clock.
          if (ms > 60_000) signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
          else {
            waited += ms;
            resolve();
          }
        }),
    },
    network: {
      request: (wanted) => {
        shown.push(wanted.tls);
        return site.request(wanted);
      },
    },
    processes: {
      ...machine.processes,
      start: async (command) => {
        started.push(command);
        return { identity: { pid: 1, started: '1', bootId: 'x' }, exit: over, kill: nothing };
      },
    },
    links: { state: async () => ({ up: true, metered: false }) },
    ...change,
    starters: {
      look: async (name) => (name === 'second' ? { ...dead, active: true, reason: '' } : dead),
      define: nothing,
      start: nothing,
      stop: nothing,
      restart: nothing,
      remove: nothing,
      answers: async () => false,
      ...change.starters,
    },
  };
  const options: ReinstallOptions = {
    installFolder: made.folder,
    site: packageSiteAddress,
    version: client.version,
    releaseKey: client.releaseKey,
  };
  await keepIdentity(made.state);
  const again = (more: Partial<ReinstallOptions> = {}) =>
    ports.disk.open(made.state).then(async (state) => {
      try {
        return await reinstall(ports, state, { ...options, ...more });
      } finally {
        await state.close();
      }
    });
  return { ...made, ports, options, started, shown, again };
}

const over = Promise.resolve({ code: 0, signal: null, output: '' });

async function keepIdentity(state: string): Promise<void> {
  const identity = {
    clientId: '11111111-1111-4111-8111-111111111111',
    keyFile: 'own.key',
    certificate: 'PEM of the certificate',
    issuedAt: 1,
    expiresAt: 2,
  };
  const trust = { siteCode: 'LAB', authorities: [authority], issuedAt: 1, policyKey: 'PEM' };
  await mkdir(`${state}/keys`, { recursive: true });
  await writeFile(`${state}/keys/identity.json`, JSON.stringify({ trust, identity }));
  await writeFile(`${state}/keys/own.key`, 'PEM of the key');
}
