/** Three generations of clients on one machine, each brought by a deployment that the one before carries out. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { bootingMissing } from '../support/booted.ts';
import { temporaryFolder } from '../support/folders.ts';
import { onlyInFull } from '../support/needs.ts';
import { builtRelease, offerRelease } from '../support/release.ts';
import { startTestSite, type TestSite } from '../support/site.ts';
import { debOf, generations, linuxState } from './generations/build.ts';
import { goThrough, type Machine } from './generations/chain.ts';
import { assertWhole, type LinuxMachine, newLinuxMachine } from './linux-machines.ts';

const folder = temporaryFolder();

const linuxTool =
  '#!/bin/sh\nset -e\necho "$1" >>/var/lib/tool.log\nmkdir -p /opt/tool\ncp "$0" /opt/tool/tool\n';
const linuxSecond =
  '#!/bin/sh\nset -e\nmkdir -p /var/lib/holdfast-endpoint\ncp "$1/endpoint.json" /var/lib/holdfast-endpoint/\ndpkg --install "$1/endpoint.deb"\n';
// The set-up goes on in a unit of its own: the client that has started it is stopped meanwhile.
const linuxToday =
  '#!/bin/sh\nset -e\nmkdir -p /var/tmp/holdfast\ntar -xzf "$1/client.tar.gz" -C /var/tmp/holdfast\nexec /var/tmp/holdfast/bin/holdfast-setup --service\n';

function onLinux(machine: LinuxMachine): Machine {
  const { linux } = machine;
  const script = (name: string, words: string) => `sh {content}/${name} ${words}`;
  const seen = (path: string) => existsSync(linux.pathOf(path));
  const lay = (path: string, content: string | Uint8Array) => {
    mkdirSync(dirname(linux.pathOf(path)), { recursive: true });
    writeFileSync(linux.pathOf(path), content);
  };
  return {
    platform: 'linux',
    async installFirst(settings) {
      lay(`${linuxState(generations.first)}/agent.ini`, settings);
      lay('/root/agent.deb', await debOf(generations.first));
      await linux.ask('dpkg', '--install', '/root/agent.deb');
    },
    tool: {
      files: { 'install.sh': Buffer.from(linuxTool) },
      program: {
        install: script('install.sh', 'installed'),
        repair: script('install.sh', 'repaired'),
        detection: [{ kind: 'file', path: '/opt/tool/tool' }],
      },
    },
    second: async (settings) => ({
      files: {
        'bring.sh': Buffer.from(linuxSecond),
        'endpoint.json': Buffer.from(settings),
        'endpoint.deb': await debOf(generations.second),
      },
      program: {
        install: script('bring.sh', '{content}'),
        detection: [{ kind: 'file', path: '/opt/holdfast-endpoint/node' }],
      },
    }),
    today: async () => ({
      files: {
        'today.sh': Buffer.from(linuxToday),
        'client.tar.gz': readFileSync((await builtRelease()).find('tar.gz', 'linux').path),
      },
      program: {
        install: script('today.sh', '{content}'),
        detection: [{ kind: 'file', path: '/opt/holdfast-client/launcher/manifest.json' }],
      },
    }),
    toolRuns: () =>
      seen('/var/lib/tool.log')
        ? readFileSync(linux.pathOf('/var/lib/tool.log'), 'utf8').trim().split('\n')
        : [],
    loseTool: () => rmSync(linux.pathOf('/opt/tool/tool')),
    async leftOf(which) {
      const { name } = generations[which];
      const { output } = await linux.run('dpkg-query', '--show', '--showformat=${db:Status-Status}', name);
      const unit = await linux.run('systemctl', 'cat', `${name}.service`);
      return [
        ...(/^(?:installed|config-files|half)/.test(output) ? [output] : []),
        ...(unit.code === 0 ? ['unit'] : []),
        ...[`/opt/${name}`, `/var/lib/${name}`].filter(seen),
      ];
    },
    assertWhole: () => assertWhole(machine),
    async logs() {
      const { output } = await linux.run('journalctl', '--no-pager', '-n', '60');
      const files = [
        'holdfast-agent/service.log',
        'holdfast-endpoint/service.log',
        'holdfast-client/setup/setup.log',
      ];
      const read = files.map((file) => linux.pathOf(`/var/lib/${file}`)).filter((path) => existsSync(path));
      return [...read.map((path) => readFileSync(path, 'utf8').slice(-3_000)), output].join('\n');
    },
  };
}

describe('a client of the first generation on Linux', { skip: bootingMissing() || onlyInFull() }, () => {
  let running: TestSite;
  before(async () => {
    running = await startTestSite({ dataFolder: join(folder.path, 'site'), pollSeconds: 1 });
    await offerRelease(running.api, await builtRelease());
  });
  after(async () => {
    await running?.site.close();
    folder.remove();
  });

  it('becomes the second, and that today’s: three generations in a chain keep identity and every component', async (context) => {
    const machine = await newLinuxMachine(folder.path);
    try {
      const began = performance.now();
      await goThrough(onLinux(machine), running, join(folder.path, 'site'));
      context.diagnostic(`${Math.round((performance.now() - began) / 1000)} s`);
    } finally {
      await machine.linux.stop();
    }
  });
});
