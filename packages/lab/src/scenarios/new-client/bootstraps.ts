/** Who makes a machine a client: our own bootstrap, and one that does what many do. */
import { plainRequest, runSetup, type SetupRequest } from '@holdfast/client';
import {
  type ClientPackage,
  type ClientRelease,
  type Envelope,
  HoldfastError,
  mpPaths,
  setupExit,
} from '@holdfast/contract';
import { openPath, replaceFile, splitPath, withOpen } from '@holdfast/engine';
import type { Folder, MachinePorts } from '@holdfast/ports';
import { siteHost } from '../../flows/client-service.ts';
import type { SimulatedRelease } from '../../flows/client-setup/release.ts';
import { setupHost, setupPlaces, siteAddress } from '../../flows/client-setup/world.ts';
import { hour, second } from '../field/times.ts';
import type { NewClientScene } from './scene.ts';

export type Bootstrap = (scene: NewClientScene) => Promise<void>;

/** The real one. Where it ends without a client it is started again after an hour, as a site's push does. */
export const holdfastBootstrap: Bootstrap = async (scene) => {
  const { machine, clients, release, stage } = scene;
  const request: SetupRequest = {
    ...plainRequest,
    managementPoints: [siteAddress],
    token: clients.token,
  };
  const { clock } = machine.ports('push');
  for (;;) {
    const log = (line: string) => stage.timeline.tell('client', line);
    const { exit, text } = await runSetup(setupHost(machine, release, { log }), request);
    stage.timeline.tell('client', `the set-up ends with exit code ${exit}: ${text}`);
    if (exit === setupExit.succeeded) return;
    await clock.sleep(hour);
  }
};

/** Tries of a package, and what lies between two. */
const carelessTries = 5;
const carelessPauseMs = 10 * second;

/**
 * Believes what it is sent, as long as the status is 200: takes a package from the list, saves what comes, and runs that.
 * Tries again at once, and after a few failures counts the package as bad.
 *
 * @param others packages that an installer would know, besides that of the machine
 */
export function carelessBootstrap(
  choose: (release: ClientRelease) => ClientPackage | undefined,
  others: (scene: NewClientScene) => readonly SimulatedRelease[] = () => [],
): Bootstrap {
  return async (scene) => {
    const { machine, stage, release } = scene;
    const ports = machine.ports('careless');
    for (let tries = 1; tries <= carelessTries; tries += 1) {
      try {
        const { payload }: Envelope = JSON.parse(bodyText(await get(ports, mpPaths.clientRelease)));
        const wanted = choose(JSON.parse(payload));
        if (wanted === undefined) throw new HoldfastError('setup.prerequisite', 'There is no package.');
        const bytes = await get(ports, `${mpPaths.clientPackages}/${wanted.sha256}`);
        await install(ports, bytes, [release, ...others(scene)]);
        stage.timeline.tell('client', `${wanted.name} is saved and run`);
        await enrol(scene, ports);
        stage.timeline.tell('client', 'enrolled');
        return;
      } catch (thrown) {
        stage.timeline.tell('client', `try ${tries} failed: ${String(thrown)}`);
        await ports.clock.sleep(carelessPauseMs);
      }
    }
    stage.timeline.tell(
      'client',
      `the package has failed ${carelessTries} times: it is bad, and not tried again`,
    );
  };
}

const bodyText = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');

async function get({ network }: Pick<MachinePorts, 'network'>, path: string): Promise<Uint8Array> {
  const { status, body } = await network.request({
    method: 'GET',
    url: `https://${siteHost}${path}`,
    tls: { authorities: 'none-yet' },
    idleTimeoutMs: 60 * second,
  });
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  if (status !== 200) throw new HoldfastError('site.unavailable', `The site answered with ${status}.`);
  return Buffer.concat(chunks);
}

/** What an installer would lay out; what is no package lies there as the program that it was saved as. */
async function install(
  { disk }: Pick<MachinePorts, 'disk'>,
  bytes: Uint8Array,
  known: readonly SimulatedRelease[],
): Promise<void> {
  const files = known.find((one) => Buffer.from(one.bytes).equals(bytes))?.files;
  await withOpen(disk.open('/'), async (root) => {
    for (const [path, content] of files ?? [['setup.run', bytes] as const]) {
      const names = splitPath(`${setupPlaces.install.slice(1)}/${path}`);
      const [first = '', ...inner] = names.slice(0, -1);
      const put = (folder: Folder) => replaceFile(folder, names.at(-1) ?? '', content);
      await withOpen(openPath(root, [first, ...inner], { create: true }), put);
    }
  });
}

async function enrol({ machine, release, clients }: NewClientScene, ports: MachinePorts): Promise<void> {
  const host = setupHost(machine, release, {}, ports);
  const settings = { site: siteAddress, root: setupPlaces.root };
  await host.withClient(settings, release.version, (client) => client.enrol(clients.token));
}
