/** A site with a console whose clients are set up, fall ill and are mended, for tests in the browser. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { type Visit, visit } from '@holdfast/console/test/browser';
import {
  type ClientPackage,
  type ClientRelease,
  type HealthFinding,
  type HealthReport,
  mpPaths,
  type SetupReport,
  seal,
} from '@holdfast/contract';
import { linuxMachine } from '@holdfast/machine';
import { smallPackage } from '@holdfast/site/test/packages';
import type { Page } from 'playwright-core';
import { builtConsole, createAdministrator, missingBrowser, signIn } from './console.ts';
import { temporaryFolder } from './folders.ts';
import { missingOnThisMachine } from './needs.ts';
import { buildDeb, buildTarGz } from './packages.ts';
import { startTestSite, type TestSite } from './site.ts';
import { enrolWireClient, type WireClient } from './wire-client.ts';

/** What a client might send in the hope that a page runs it. */
export const hostile = '<script>window.attacked=1</script><img src=x onerror="window.attacked=1">';

/** Why such tests cannot run here; false where they can. */
export const skip = missingBrowser || missingOnThisMachine('dpkg-deb', 'tar', 'curl', 'sha256sum');

export type LifeSite = TestSite & {
  /** A client of the wire that also carries what machines tell before they are clients. */
  readonly postman: WireClient;
  /** A folder for files of the test. */
  readonly folder: string;
  /** Sets the clock of the site ahead. Milliseconds. */
  setAhead(ms: number): void;
};

/**
 * Starts the site before the tests of a file, and stops it after them; what is answered is the site once it runs.
 * @param prepare what is there before the first test
 */
export function lifeSite(prepare: (life: LifeSite) => Promise<void> = async () => undefined): () => LifeSite {
  const folder = temporaryFolder();
  let ahead = 0;
  let running: LifeSite | undefined;
  before(async () => {
    if (skip) return;
    const { clock } = linuxMachine();
    const made = await startTestSite({
      dataFolder: join(folder.path, 'site'),
      pollSeconds: 1,
      distFolder: await builtConsole(),
      clock: {
        now: () => clock.now() + ahead,
        monotonic: () => clock.monotonic(),
        sleep: (ms, signal) => clock.sleep(ms, signal),
      },
    });
    await createAdministrator(made);
    const postman = await enrolWireClient(made.site.managementPointUrl, made.token, { hostName: 'postman' });
    const setAhead = (ms: number) => {
      ahead = ms;
    };
    running = { ...made, postman, folder: folder.path, setAhead };
    await prepare(running);
  });
  after(async () => {
    running?.postman.close();
    await running?.site.close();
    folder.remove();
  });
  return () => {
    assert.ok(running, 'the site is started before the tests');
    return running;
  };
}

const wide = { width: 1280, height: 900, scheme: 'light' } as const;

/**
 * Signs in, does the work, and asserts that the browser ran nothing hostile and complained of nothing else.
 * @param expected what it complains of: an answer that says no is such a thing
 */
export async function signedIn(
  { site }: LifeSite,
  work: (page: Page) => Promise<void>,
  look: Parameters<typeof visit>[1] = wide,
  expected: readonly string[] = [],
): Promise<void> {
  const { page, complaints, close }: Visit = await visit(site.consoleUrl, look);
  try {
    await page.goto('/sign-in');
    await signIn(page);
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await work(page);
    assert.equal(await page.evaluate('window.attacked'), undefined);
    assert.deepEqual(complaints, expected);
  } finally {
    await close();
  }
}

type Told = Pick<SetupReport, 'phase' | 'moment'> & Partial<SetupReport>;

/** The words of one machine about its set-up, in their order. */
export function bootstrap({ postman }: LifeSite, token: string, hostName: string) {
  const setupId = randomUUID();
  let seq = 0;
  return async (told: Told) => {
    seq += 1;
    const machine = { hostName, platform: 'linux', architecture: 'x64', intent: 'install' } as const;
    const report: SetupReport = { setupId, seq, at: Date.now(), ...machine, ...told };
    const { status, body } = await postman.post(mpPaths.setup, { token, reports: [report] });
    assert.equal(status, 204, body);
  };
}

/** A client tells what its evaluation found. */
export async function evaluated(client: WireClient, findings: HealthFinding[]): Promise<void> {
  const report: HealthReport = {
    evaluatedAt: Date.now(),
    occasion: 'daily',
    clientVersion: '0.1.0',
    findings,
  };
  const { status, body } = await client.post(mpPaths.health, report);
  assert.equal(status, 204, body);
}

const releaseKey = generateKeyPairSync('ed25519');

/** A release of small stand-ins: nothing here is run, but everything is fetched. */
export async function addRelease({ api }: Pick<LifeSite, 'api'>, version: string): Promise<void> {
  const uploaded = async (bytes: Uint8Array, about: Omit<ClientPackage, 'size' | 'sha256'>) => {
    const { sha256, size } = await api.upload(bytes);
    return { ...about, sha256, size };
  };
  const linux = { platform: 'linux', architecture: 'x64' } as const;
  const deb = buildDeb('holdfast-client', version, { 'opt/stand-in': version });
  const archive = buildTarGz({ 'bin/holdfast-setup': `#!/bin/sh\necho ${version}\n` });
  const bare = await api.upload(buildTarGz({ version }));
  const release: ClientRelease = {
    version,
    floor: '0.1.0',
    releasedAt: Date.now(),
    packages: [
      await uploaded(await smallPackage(), {
        kind: 'msi',
        platform: 'windows',
        architecture: 'x64',
        name: 'client.msi',
      }),
      await uploaded(deb, { kind: 'deb', ...linux, name: `holdfast-client_${version}_amd64.deb` }),
      await uploaded(archive, {
        kind: 'tar.gz',
        ...linux,
        name: `holdfast-client-${version}-linux-x64.tar.gz`,
      }),
    ],
    archives: [
      {
        ...linux,
        name: `holdfast-version-${version}-linux-x64.tar.gz`,
        sha256: bare.sha256,
        size: bare.size,
        needs: { launcher: 1, node: 22 },
      },
    ],
  };
  const envelope = seal('holdfast/client-release', JSON.stringify(release), releaseKey.privateKey);
  const pem = releaseKey.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  await api.post('/client-releases', { release: envelope, releaseKey: pem, trust: envelope.keyId });
}
