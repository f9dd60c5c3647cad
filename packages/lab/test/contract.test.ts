/** The simulated ports pass the contract suites that the real ones pass. */

import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { keyFingerprint } from '@holdfast/contract';
import {
  answerOf,
  bootContract,
  clockContract,
  diskContract,
  entropyContract,
  facilitiesContract,
  identitiesContract,
  installersContract,
  type KnownCommands,
  networkContract,
  processesContract,
  registryContract,
} from '@holdfast/ports/suites';
import type { FolderNode } from '../src/disk/nodes.ts';
import { newRoom, type Volume } from '../src/disk/volume.ts';
import { identity } from '../src/machine/identities.ts';
import { type MachineOptions, makeFolders, simulatedMachine } from '../src/machine/machine.ts';
import type { Program } from '../src/machine/processes.ts';
import { simulatedCertificate } from '../src/site/network.ts';
import { keyOfRequest } from '../src/site/site.ts';
import { virtualClock } from '../src/world/clock.ts';
import { randomFrom } from '../src/world/random.ts';
import { inVirtualTime } from '../src/world/run.ts';

const clock = virtualClock();
const options = { run: (body: () => Promise<void>) => inVirtualTime(clock, body) };
const cleanup = async () => undefined;

function newMachine(options: MachineOptions = {}) {
  const machine = simulatedMachine('contract', { clock, ...options });
  return { machine, ports: machine.ports('suite') };
}

clockContract(async () => ({ clock: newMachine().ports.clock, cleanup }), options);
entropyContract(async () => ({ entropy: newMachine().ports.entropy, cleanup }), options);
identitiesContract(async () => {
  const certify = async (request: string) =>
    simulatedCertificate('authority 1', 'client 1', keyOfRequest(request) ?? '');
  return { identities: newMachine().ports.identities, certify, cleanup };
}, options);

bootContract(async () => {
  const { machine, ports } = newMachine();
  return {
    boot: ports.boot,
    restart: async () => machine.boot.restart(),
    upgrade: async () => machine.boot.upgrade('13'),
    busyStart: async () => {
      machine.boot.stillStarting('services still start');
      return async () => machine.boot.stillStarting(undefined);
    },
    cleanup,
  };
}, options);

for (const kind of ['linux', 'windows'] as const) {
  diskContract(async () => {
    const base = kind === 'linux' ? '/base' : 'C:\\base';
    const { machine, ports } = newMachine({ kind, folders: [base] });
    const { volume } = machine;
    const at = (path: string) => placeOf(volume, path);
    for (const [name, limits] of Object.entries({
      full: { capacity: 1000 },
      readOnly: { readOnly: true },
      denied: { denied: true },
    })) {
      volume.newFolder({ folder: volume.root, name }, newRoom(limits));
    }
    const top = kind === 'linux' ? '/' : 'C:\\';
    return {
      disk: ports.disk,
      folder: base,
      names: kind === 'linux' ? ('posix' as const) : ('windows' as const),
      renamesOpenFolders: true,
      link: async (path: string, target: string) => volume.newLink(at(path), target),
      modeOf: async (path: string) => {
        const { folder, name } = at(path);
        const node = folder.entries.get(name);
        return node === undefined || node.kind === 'link' ? 0 : node.mode;
      },
      hold: async (path: string) => {
        const file = volume.newFile(at(path), 0o600);
        file.holders++;
        return async () => {
          file.holders--;
        };
      },
      volumes: { full: `${top}full`, readOnly: `${top}readOnly`, denied: `${top}denied` },
      cleanup,
    };
  }, options);
}

function placeOf(volume: Volume, path: string): { folder: FolderNode; name: string } {
  const parts = path.split(/[\\/]/);
  const name = parts.pop() ?? '';
  return { folder: makeFolders(volume, parts.join('/')), name };
}

networkContract(async () => {
  const { machine, ports } = newMachine();
  let gone = Promise.withResolvers<void>();
  machine.network.servers.set('server.example', {
    authority: 'authority 1',
    answer: answerOf,
    abandoned: () => gone.resolve(),
  });
  const { privateKey } = identity(randomFrom('suite'), 'client 1');
  const fingerprint = keyFingerprint(createPublicKey(privateKey));
  return {
    network: ports.network,
    server: {
      url: 'https://server.example',
      authorities: ['authority 1'],
      otherAuthorities: ['authority 2'],
      client: {
        certificate: simulatedCertificate('authority 1', 'client 1', fingerprint),
        privateKey,
        name: 'client 1',
      },
      abandoned: () => {
        gone = Promise.withResolvers<void>();
        return gone.promise;
      },
    },
    deadUrl: 'https://nobody.example',
    cleanup,
  };
}, options);

const knownPrograms: Readonly<Record<string, Program>> = {
  exit: async ({ words }) => Number(words[0]),
  print: async ({ words: [text = '', times], print }) => {
    for (let time = 0; time < Number(times); time++) print(text);
    return 0;
  },
  words: async ({ words, print }) => {
    print(JSON.stringify(words));
    return 0;
  },
  variable: async ({ words: [name = ''], environment, print }) => {
    print(environment[name] ?? 'unset');
    return 0;
  },
  folder: async ({ folder, print }) => {
    print(folder);
    return 0;
  },
  forever: async ({ clock }) => {
    for (;;) await clock.sleep(1000);
  },
};

const command = (program: string, ...words: string[]) => ({ program, arguments: words, folder: '/work' });

const commands: KnownCommands = {
  exit: (code) => command('exit', String(code)),
  print: (text, times) => command('print', text, String(times)),
  printError: (text) => command('print', text, '1'),
  printWords: (words) => command('words', ...words),
  printVariable: (name) => command('variable', name),
  printFolder: () => command('folder'),
  readInput: () => command('exit', '0'),
  forever: () => command('forever'),
};

processesContract(async () => {
  const { machine, ports } = newMachine({ folders: ['/work'] });
  for (const [name, program] of Object.entries(knownPrograms)) machine.programs.programs.set(name, program);
  return {
    processes: ports.processes,
    commands,
    family: async () => {
      const childRuns = Promise.withResolvers<void>();
      const childEnded = Promise.withResolvers<void>();
      machine.programs.programs.set('family', async ({ processes, clock: time }) => {
        const child = await processes.start(commands.forever());
        childRuns.resolve();
        void watch(child.identity);
        for (;;) await time.sleep(1000);
      });
      const watch = async (child: Parameters<typeof ports.processes.alive>[0]) => {
        while (await ports.processes.alive(child)) await ports.clock.sleep(10);
        childEnded.resolve();
      };
      return { command: command('family'), childRuns: childRuns.promise, childEnded: childEnded.promise };
    },
    orphan: async () => {
      let told = false;
      machine.programs.programs.set('child', async ({ clock: time }) => {
        while (!told) await time.sleep(10);
        return 0;
      });
      machine.programs.programs.set('orphan', async ({ processes }) => {
        await processes.start(command('child'));
        return 0;
      });
      return {
        command: command('orphan'),
        endChild: async (child) => {
          told = true;
          while (await ports.processes.alive(child)) await ports.clock.sleep(10);
        },
      };
    },
    cleanup,
  };
}, options);

for (const kind of ['linux', 'windows'] as const) {
  installersContract(async () => {
    const { machine, ports } = newMachine({ kind });
    const product = '{C7A1B3F2-0000-4000-8000-000000000001}';
    machine.software.dpkg?.set('putty', { installed: true, version: '0.78-2' });
    machine.software.dpkg?.set('left', { installed: false, version: '1' });
    machine.software.msi?.set(product, { installed: true, version: '0.68.0.0' });
    machine.software.fileVersions.set('/putty.exe', '0.68.0.0');
    return {
      installers: ports.installers,
      clock: ports.clock,
      async busy() {
        machine.software.installing.set('another one');
        return async () => machine.software.installing.set(undefined);
      },
      async spoil() {
        machine.software.spoilt.reason = 'a package is half installed';
        return async () => {
          machine.software.spoilt.reason = undefined;
        };
      },
      has: { dpkg: kind === 'linux', msi: kind === 'windows' },
      ...(kind === 'linux'
        ? { installedDpkg: { name: 'putty', version: '0.78-2' }, removedDpkg: 'left' }
        : { installedMsi: { productCode: product, version: '0.68.0.0' } }),
      versionedFile: { path: '/putty.exe', version: '0.68.0.0' },
      plainFile: '/plain',
      missingFile: '/missing',
      cleanup,
    };
  }, options);
}

for (const [kind, has] of [
  ['linux', 'systemd'],
  ['windows', 'wmi'],
] as const) {
  facilitiesContract(async () => {
    const { machine, ports } = newMachine({ kind });
    return {
      facilities: ports.facilities ?? assert.fail('a simulated machine has facilities'),
      has: [has],
      spoil: async (name) => {
        machine.facilities.deaf.add(name);
        return async () => void machine.facilities.deaf.delete(name);
      },
      cleanup,
    };
  }, options);
}

registryContract(async () => {
  const { machine, ports } = newMachine({ kind: 'windows' });
  const at = { hive: 'HKLM', key: 'Software\\Holdfast', name: 'Version', view: '64' } as const;
  machine.software.registry.set(at, '42');
  const inCapitals = { ...at, key: 'SOFTWARE\\HOLDFAST' };
  return {
    registry: ports.registry,
    values: [at, inCapitals].map((value) => ({ at: value, text: '42' })),
    place: { ...at, key: 'Software\\Holdfast\\New', name: 'own' },
    cleanup,
  };
}, options);
