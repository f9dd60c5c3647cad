/** The flow of a deployment over dpkg: the real client upgrades a Debian package, is cut off anywhere, and started again. */
import { type Assignment, type DetectionRule, sha256, statusEntry } from '@holdfast/contract';
import type { Flow, Interruption } from '../crash/downfalls.ts';
import { readContent } from '../disk/content.ts';
import {
  type ClientService,
  clientService,
  managedRoot,
  siteHost,
  stateFolder,
} from '../flows/client-service.ts';
import { messagesOf } from '../flows/plot.ts';
import { uuidFrom } from '../machine/entropy.ts';
import { makeFolders } from '../machine/machine.ts';
import { type SimulatedSite, simulatedSite } from '../site/site.ts';
import { virtualClock } from '../world/clock.ts';
import { type Random, randomFrom } from '../world/random.ts';
import { inVirtualTime } from '../world/run.ts';
import { newTrace, type Trace } from '../world/trace.ts';
import { isInstalled } from './control.ts';
import { readPackages } from './database.ts';
import { writeDeb } from './deb.ts';
import { type DebianMachine, debianMachine } from './machine.ts';

const pollSeconds = 600;
/** Milliseconds of virtual time in which the goal must be reached after the last fault. */
const healingMs = 5 * 60_000;
/** Milliseconds that the world goes on after the goal. */
const quietMs = 1.2 * pollSeconds * 1000;

const packageName = 'rc-driver';
const programPath = '/usr/sbin/rc-driver';
/** Another package of the machine, which must come to no harm. */
const bystander = 'base-files';
const versions = { old: '1.0-1', fresh: '2.0-1+deb12u1' } as const;

export type DpkgFlowOptions = {
  /** Detection asks dpkg alone, and looks at no file. */
  readonly packageRuleOnly?: boolean;
  /** See `DebianOptions`. */
  readonly journal?: boolean;
  /** After all is well the power is cut once more, and all must be well again. */
  readonly lastCut?: boolean;
};

type World = {
  readonly machine: DebianMachine;
  readonly site: SimulatedSite;
  readonly service: ClientService;
  readonly problems: string[];
};

/** A .deb of plain files, by this name and version. */
export function simplePackage(
  name: string,
  version: string,
  files: Readonly<Record<string, Uint8Array>>,
): Uint8Array {
  const control = new Map([
    ['Package', name],
    ['Version', version],
    ['Architecture', 'amd64'],
    ['Maintainer', 'The Lab <lab@site.example>'],
    ['Description', `${name} of the simulated Debian`],
  ]);
  return writeDeb(control, files);
}

/** The package in a version: its bytes, and what its program is then. */
export function driverPackage(version: string): { readonly deb: Uint8Array; readonly program: Buffer } {
  const program = Buffer.from(`${packageName} ${version}\n`.repeat(300), 'utf8');
  const readme = Buffer.from(`For ${version}\n`, 'utf8');
  const files = { [programPath]: program, [`/usr/share/${packageName}/readme`]: readme };
  return { deb: simplePackage(packageName, version, files), program };
}

/** The deployment of a version, its package kept by the site. */
export function driverAssignment(
  random: Random,
  site: SimulatedSite,
  version: string,
  { packageRuleOnly = false } = {},
): Assignment {
  const { deb, program } = driverPackage(version);
  const file = `${packageName}_${version}.deb`;
  const rules: DetectionRule[] = [{ kind: 'package', manager: 'dpkg', name: packageName, version }];
  if (!packageRuleOnly) rules.push({ kind: 'file', path: programPath, sha256: sha256(program) });
  return {
    deploymentId: uuidFrom(random),
    intent: 'install',
    purpose: 'required',
    availableAt: null,
    deadlineAt: null,
    package: { id: uuidFrom(random), name: 'Remote control driver', version },
    program: {
      id: uuidFrom(random),
      name: 'Install',
      platform: 'linux',
      install: `dpkg --root={root} -i {content}/${file}`,
      detection: rules,
      exitCodes: [],
      maxRunMinutes: 10,
    },
    content: [{ path: file, size: deb.length, sha256: site.addContent(deb) }],
  };
}

/** A machine has the old version; its site deploys the new one. */
export function dpkgDeploymentFlow(options: DpkgFlowOptions = {}): Flow {
  return async (seed, interruptions = [], trace = newTrace()) => {
    const world = await newWorld(seed, trace, options);
    const { machine, service, problems } = world;
    for (const interruption of interruptions) await cutOff(world, interruption);
    const [begun, callsBefore] = [machine.clock.elapsed(), machine.callCount()];
    service.start();
    await machine.clock.run(() => reached(world), healingMs);
    const [virtualMs, calls] = [machine.clock.elapsed() - begun, machine.callCount() - callsBefore];
    if (!reached(world))
      problems.push(`not reached: ${JSON.stringify(service.client()?.status() ?? 'no client')}`);
    if (options.lastCut) {
      machine.powerCut({ names: 'lost', contents: 'lost' });
      service.forget();
      service.start();
    }
    await machine.clock.run(() => false, quietMs);
    problems.push(...(await finalProblems(world)));
    machine.kill();
    return { calls, virtualMs, traceHash: machine.trace.hash(), problems };
  };
}

async function newWorld(seed: number, trace: Trace, options: DpkgFlowOptions): Promise<World> {
  const random = randomFrom(seed);
  const clock = virtualClock();
  const { journal = false } = options;
  const folders = [stateFolder, '/debs'];
  const machine = debianMachine(random.stream('machine'), {
    clock,
    trace,
    root: managedRoot,
    folders,
    journal,
  });
  const site = simulatedSite(random.stream('site'), clock.now, pollSeconds);
  machine.network.servers.set(siteHost, site.server);
  await installOld(machine);
  site.deploy(driverAssignment(random.stream('package'), site, versions.fresh, options));
  const problems: string[] = [];
  const problem = (text: string) => void problems.push(text);
  const service = clientService({ machine, token: site.token, log: () => undefined, problem });
  return { machine, site, service, problems };
}

/** Long ago: everything of it is durable. */
async function installOld(machine: DebianMachine): Promise<void> {
  const { clock, volume } = machine;
  const ports = machine.ports('set-up');
  await inVirtualTime(clock, async () => {
    await using debs = await ports.disk.open('/debs');
    await using file = await debs.create('old.deb');
    await file.write(0, driverPackage(versions.old).deb);
    await using other = await debs.create('other.deb');
    await other.write(
      0,
      simplePackage(bystander, '1.0', { [`/usr/lib/${bystander}`]: Buffer.from(bystander) }),
    );
    const words = [`--root=${managedRoot}`, '-i', 'old.deb', 'other.deb'];
    const { exit } = await ports.processes.start({ program: 'dpkg', arguments: words, folder: '/debs' });
    const { code, output } = await exit;
    if (code !== 0) throw new Error(`the old packages could not be installed: ${output}`);
  });
  volume.powerCut({ names: 'kept', contents: 'kept' }, randomFrom('set-up'));
}

/** Starts the client, and lets it run until its downfall, or until long after its goal if it comes to no such call. */
async function cutOff({ machine, service }: World, { call, when, damage }: Interruption): Promise<void> {
  let down = false;
  const action = () => {
    down = true;
    if (damage === 'kill') machine.kill();
    else machine.powerCut(damage);
    service.forget();
  };
  machine.stopAt({ call: machine.callCount() + call, when, action });
  service.start();
  await machine.clock.run(() => down, healingMs + quietMs);
  machine.stopAt(undefined);
  if (!down) action();
}

/** The site knows that the new version is there, and the client has nothing more to say. */
function reached({ service, site }: World): boolean {
  const client = service.client();
  if (client === undefined || client.status().outbox > 0) return false;
  return lastState(site) === 'succeeded';
}

function lastState(site: SimulatedSite): string | undefined {
  return messagesOf(site.clients.values())
    .flatMap(({ code }) => statusEntry(code)?.state ?? [])
    .at(-1);
}

/** Looked at from outside: dpkg's database, the program, what dpkg left lying about, and what the site was told. */
async function finalProblems({ machine, site }: World): Promise<readonly string[]> {
  const problems = [...site.violations];
  const packages = await inVirtualTime(machine.clock, () =>
    readPackages(machine.ports('verdict').disk, managedRoot),
  );
  const record = packages?.get(packageName);
  const { want, flag, state } = record?.status ?? {};
  const told = `${record?.fields.get('Version')} ${want} ${flag} ${state}`;
  if (told !== `${versions.fresh} install ok installed`) problems.push(`dpkg says ${told}`);
  const other = packages?.get(bystander);
  if (!other || !isInstalled(other)) problems.push(`dpkg no longer knows ${bystander}`);
  const sbin = makeFolders(machine.volume, `${managedRoot}/usr/sbin`);
  const program = sbin.entries.get(packageName);
  const bytes = program?.kind === 'file' && readContent(program.content, 0, program.content.length);
  if (!bytes || !driverPackage(versions.fresh).program.equals(bytes)) {
    problems.push(`the site says ${lastState(site)}, and the program is not that of the package`);
  }
  if (lastState(site) !== 'succeeded') problems.push(`the site says ${lastState(site)}`);
  return problems;
}
