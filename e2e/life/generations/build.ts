/** The packages of the older generations, with the runtime that today's client is built with: a .deb and an .msi each. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesSink, bytesSource, writePackage } from '@holdfast/msi';
import { compileProduct } from '@holdfast/msi/build';
import { arArchive } from '../../../scripts/client/archive/ar.ts';
import { type ArchiveEntry, withFolders } from '../../../scripts/client/archive/entry.ts';
import { gzipPieces } from '../../../scripts/client/archive/gzip.ts';
import { tarPieces } from '../../../scripts/client/archive/tar.ts';
import { runtimeOf } from '../../../scripts/client/runtime.ts';

/** Where each lies, and what it is called. */
export const generations = {
  first: {
    title: 'Holdfast Agent',
    name: 'holdfast-agent',
    service: 'HoldfastAgent',
    version: '1.4.2',
    main: 'first.ts',
    code: '1',
  },
  second: {
    title: 'Holdfast Endpoint',
    name: 'holdfast-endpoint',
    service: 'HoldfastEndpoint',
    version: '2.7.0',
    main: 'second.ts',
    code: '2',
  },
} as const;
export type Generation = (typeof generations)[keyof typeof generations];

export const linuxState = ({ name }: Generation) => `/var/lib/${name}`;
export const windowsState = ({ service }: Generation) => `C:\\ProgramData\\${service}`;

const codeOf = (kind: 'product' | 'upgrade', { code }: Generation) =>
  `{7B1D9F52-3A0E-4C1B-9E57-0C6E2F4A1${kind === 'product' ? 'D' : 'E'}0${code}}`;

/** Sources of a generation by their names; the runtime runs them as they are. */
function sources({ main }: Generation): ReadonlyMap<string, Buffer> {
  const own = [main, 'parts.ts'].map(
    (name) => [name, readFileSync(join(import.meta.dirname, name))] as const,
  );
  return new Map([...own, ['package.json', Buffer.from('{"type":"module"}\n')]]);
}

const noWarnings = '--no-warnings';

export async function debOf(generation: Generation): Promise<Buffer> {
  const { name, title, version, main } = generation;
  const folder = `/opt/${name}`;
  // The second looks for the first where that keeps its state.
  const words = [main === 'second.ts' ? linuxState(generations.first) : ''].filter((word) => word !== '');
  const unit = `[Unit]
Description=${title}
[Service]
ExecStart=${[`${folder}/node`, noWarnings, `${folder}/${main}`, linuxState(generation), ...words].join(' ')}
# What it runs for its site goes on when it is stopped.
KillMode=process
Restart=on-failure
[Install]
WantedBy=multi-user.target
`;
  const file = (path: string, content: string | Uint8Array, mode = 0o644): ArchiveEntry => ({
    kind: 'file',
    path,
    mode,
    content: Buffer.from(content),
  });
  const { node } = await runtimeOf({ platform: 'linux', architecture: 'x64' });
  const data = withFolders([
    file(`${folder.slice(1)}/node`, readFileSync(node), 0o755),
    ...[...sources(generation)].map(([path, content]) => file(`${folder.slice(1)}/${path}`, content)),
    file(`lib/systemd/system/${name}.service`, unit),
  ]);
  const control = `Package: ${name}\nVersion: ${version}\nArchitecture: amd64\nMaintainer: Holdfast <test@holdfast.example>\nDescription: ${title}\n`;
  const script = (...lines: string[]) => `#!/bin/sh\nset -e\n${lines.join('\n')}\n`;
  const about = withFolders([
    file('control', control),
    file(
      'postinst',
      script(
        'systemctl daemon-reload',
        `systemctl enable --quiet ${name}.service`,
        `systemctl start --no-block ${name}.service`,
      ),
      0o755,
    ),
    file('prerm', script(`systemctl disable --quiet --now ${name}.service || true`), 0o755),
    file(
      'postrm',
      script(`[ "$1" != purge ] || rm -rf ${linuxState(generation)}`, 'systemctl daemon-reload'),
      0o755,
    ),
  ]);
  return arArchive(
    [
      { name: 'debian-binary', content: Buffer.from('2.0\n') },
      { name: 'control.tar.gz', content: await gzipPieces(tarPieces(about, './', 0)) },
      { name: 'data.tar.gz', content: await gzipPieces(tarPieces(data, './', 0)) },
    ],
    0,
  );
}

/** Files below a folder, `/` between names. */
const below = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));

export async function msiOf(generation: Generation): Promise<Buffer> {
  const { title, service, version, main } = generation;
  const { node, koffiAddon, koffiAddonName } = await runtimeOf({ platform: 'windows', architecture: 'x64' });
  const addonFolder = `node_modules/@koromix/${koffiAddonName}`;
  const contents = new Map<string, Uint8Array>([['node.exe', readFileSync(node)], ...sources(generation)]);
  for (const path of below(koffiAddon)) {
    if (!/\.(?:pdb|lib|exp)$/.test(path))
      contents.set(`${addonFolder}/${path}`, readFileSync(join(koffiAddon, path)));
  }
  const states = main === 'second.ts' ? [generation, generations.first] : [generation];
  const words = states.map((one) => `"${windowsState(one)}"`).join(' ');
  const { data } = await compileProduct(
    {
      name: title,
      manufacturer: 'Holdfast',
      version,
      architecture: 'x64',
      upgradeCode: codeOf('upgrade', generation),
      productCode: codeOf('product', generation),
      folder: `ProgramFiles6432Folder/${title}`,
      components: [
        {
          id: 'Service',
          files: [{ id: 'Node', source: 'node.exe', name: 'node.exe', keyPath: true }],
          services: [
            {
              name: service,
              displayName: title,
              arguments: `${noWarnings} "[INSTALLDIR]${main}" ${words} service`,
              start: 'automatic',
              onInstall: ['start'],
              onUninstall: ['stop', 'delete'],
            },
          ],
        },
      ],
      files: [...contents.keys()]
        .filter((path) => path !== 'node.exe')
        .map((path) => {
          const at = path.lastIndexOf('/');
          const folder = at < 0 ? {} : { folder: path.slice(0, at).replaceAll('/', '\\') };
          return { source: path, name: path.slice(at + 1), ...folder };
        }),
      registry: [{ root: 'HKLM', key: `SOFTWARE\\${title}`, name: 'Version', value: version }],
      properties: { REBOOT: { value: 'ReallySuppress' } },
    },
    async (path) => bytesSource(contents.get(path) ?? new Uint8Array()),
  );
  const sink = bytesSink();
  await writePackage(data, sink);
  return Buffer.from(sink.bytes());
}
