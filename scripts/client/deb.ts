/** The Debian package of a client (deb(5), deb-control(5)), made without dpkg-deb. */
import { createHash } from 'node:crypto';
import { arArchive } from './archive/ar.ts';
import { type ArchiveEntry, withFolders } from './archive/entry.ts';
import { gzipPieces } from './archive/gzip.ts';
import { tarPieces } from './archive/tar.ts';
import { installedEntries, linuxPackage, maintainerScript } from './linux-package.ts';
import { debArchitecture } from './target.ts';
import type { Tree } from './tree.ts';

const unitFolder = 'lib/systemd/system';

function control(tree: Tree, entries: readonly ArchiveEntry[]): string {
  const bytes = entries.reduce((sum, entry) => sum + (entry.kind === 'file' ? entry.content.length : 0), 0);
  return `${[
    `Package: ${linuxPackage.name}`,
    `Version: ${tree.version}`,
    `Architecture: ${debArchitecture(tree.target)}`,
    `Maintainer: ${linuxPackage.maintainer}`,
    `Installed-Size: ${Math.ceil(bytes / 1024)}`,
    // What its Node is linked to.
    'Depends: libc6 (>= 2.28), libstdc++6, libgcc-s1',
    'Section: admin',
    'Priority: optional',
    `Homepage: ${linuxPackage.url}`,
    `Description: ${linuxPackage.summary}`,
    ` ${linuxPackage.description}`,
  ].join('\n')}\n`;
}

/** What `dpkg --verify` compares with. */
function digests(entries: readonly ArchiveEntry[]): string {
  const lines = entries.flatMap((entry) =>
    entry.kind === 'file'
      ? [`${createHash('md5').update(entry.content).digest('hex')}  ${entry.path}\n`]
      : [],
  );
  return lines.join('');
}

/** By name; `$1` is what dpkg does, `$2` of postinst the version that was configured before. */
const scripts: Readonly<Record<string, readonly string[]>> = {
  postinst: ['case "$1" in', '  configure) came "$2" ;;', 'esac'],
  // Not before an upgrade: the old client works until the new one takes its place.
  prerm: ['case "$1" in', '  remove) goes ;;', 'esac'],
  postrm: ['case "$1" in', '  remove) gone ;;', '  purge) gone; forget ;;', 'esac'],
};

/** @param seconds since 1970: the time of all that is in it */
export async function debPackage(tree: Tree, seconds: number): Promise<Buffer> {
  const entries = await installedEntries(tree, unitFolder);
  const text = (path: string, mode: number, words: string): ArchiveEntry => ({
    kind: 'file',
    path,
    mode,
    content: Buffer.from(words),
  });
  const about = [text('control', 0o644, control(tree, entries)), text('md5sums', 0o644, digests(entries))];
  for (const [name, lines] of Object.entries(scripts)) {
    about.push(text(name, 0o755, await maintainerScript(lines)));
  }
  const packed = (content: readonly ArchiveEntry[]) => gzipPieces(tarPieces(content, './', seconds));
  return arArchive(
    [
      { name: 'debian-binary', content: Buffer.from('2.0\n') },
      { name: 'control.tar.gz', content: await packed(withFolders(about)) },
      { name: 'data.tar.gz', content: await packed(entries) },
    ],
    seconds,
  );
}
