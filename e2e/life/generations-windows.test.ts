/** Three generations of clients on one Windows, by their own .msi packages through a real msiexec: Wine. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { toWindows, wineAvailable } from '../../packages/machine/wine/index.ts';
import { onlyInFull } from '../support/needs.ts';
import { useWindowsMachine, type WindowsMachine } from '../support/windows-machine.ts';
import { generations, msiOf, windowsState } from './generations/build.ts';
import { goThrough, type Machine } from './generations/chain.ts';

const skip = wineAvailable() ?? onlyInFull();
const machine = useWindowsMachine(skip);

const lines = (...text: readonly string[]) => Buffer.from(`@echo off\r\n${text.join('\r\n')}\r\n`);

function onWindows({ folder, prefix }: WindowsMachine): Machine {
  const linux = (path: string) => prefix.toLinux(path);
  const seen = (path: string) => existsSync(linux(path));
  const lay = (path: string, content: string | Uint8Array) => {
    mkdirSync(dirname(linux(path)), { recursive: true });
    writeFileSync(linux(path), content);
  };
  const script = (name: string, ...words: readonly string[]) =>
    ['cmd /c {content}\\', name, ...words.map((word) => ` ${word}`)].join('');
  return {
    platform: 'windows',
    async installFirst(settings) {
      lay(`${windowsState(generations.first)}\\agent.ini`, settings);
      lay('C:\\agent.msi', await msiOf(generations.first));
      const { code, output } = await prefix.run('msiexec', ['/i', 'C:\\agent.msi', '/qn']);
      if (code !== 0) throw new Error(`${code}: ${output}`);
    },
    tool: {
      files: {
        'install.cmd': lines(
          'echo %1>>C:\\tool.log',
          'if not exist C:\\tool md C:\\tool',
          'copy "%~f0" C:\\tool\\tool',
        ),
      },
      program: {
        install: script('install.cmd', 'installed'),
        repair: script('install.cmd', 'repaired'),
        detection: [{ kind: 'file', path: 'C:\\tool\\tool' }],
      },
    },
    second: async (settings) => ({
      files: {
        'bring.cmd': lines(
          `md ${windowsState(generations.second)}`,
          `copy "%~dp0endpoint.json" ${windowsState(generations.second)}\\endpoint.json`,
          'msiexec /i "%~dp0endpoint.msi" /qn',
        ),
        'endpoint.json': Buffer.from(settings),
        'endpoint.msi': await msiOf(generations.second),
      },
      program: {
        install: script('bring.cmd'),
        detection: [{ kind: 'msi', productCode: '{7B1D9F52-3A0E-4C1B-9E57-0C6E2F4A1D02}' }],
      },
    }),
    // From a share, as an administrator has it: Wine keeps a script in use that runs, and the older client's folders are to go.
    // The set-up does its work itself, for Wine never starts a task.
    today: async () => ({
      files: { 'readme.txt': Buffer.from('The client is on the share.\r\n') },
      program: {
        install: `cmd /c ${toWindows(join(folder, 'boot/bin/holdfast-setup.cmd'))} /noservice`,
        detection: [{ kind: 'file', path: 'C:\\Program Files\\Holdfast\\Client\\launcher\\manifest.json' }],
      },
    }),
    toolRuns: () =>
      seen('C:\\tool.log') ? readFileSync(linux('C:\\tool.log'), 'latin1').trim().split(/\s+/) : [],
    loseTool: () => rmSync(linux('C:\\tool\\tool')),
    async leftOf(which) {
      const { service, title } = generations[which];
      const { code } = await prefix.run('sc', ['query', service]);
      const places = [`C:\\Program Files\\${title}`, windowsState(generations[which])];
      return [...(code === 0 ? ['service'] : []), ...places.filter(seen)];
    },
    async assertWhole() {
      machine.assertWhole();
      await machine.awaitService('RUNNING');
    },
    async logs() {
      const files = [
        ...[generations.first, generations.second].map((one) => `${windowsState(one)}\\service.log`),
        'C:\\ProgramData\\Holdfast\\setup\\setup.log',
      ];
      return files
        .filter(seen)
        .map((path) => `${path}\n${readFileSync(linux(path), 'utf8').slice(-4_000)}`)
        .join('\n');
    },
  };
}

describe('a client of the first generation on Windows', { skip }, () => {
  it('becomes the second, and that today’s: three generations in a chain keep identity and every component', async (context) => {
    const began = performance.now();
    await goThrough(onWindows(machine), machine.running, join(machine.folder, 'site'));
    context.diagnostic(`${Math.round((performance.now() - began) / 1000)} s`);
  });
});
