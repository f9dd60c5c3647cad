/** Versions of the client made to be tried: built by themselves, signed, and offered by a site beside the whole release. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientRelease, Envelope, VersionArchive } from '@holdfast/contract';
import { projectFolder } from '../../scripts/built.ts';
import { writeRelease, writeVersionArchive } from '../../scripts/client/release.ts';
import { readReleaseKey } from '../../scripts/client/release-key.ts';
import type { ClientPlatform } from '../../scripts/client/target.ts';
import { layOutVersion } from '../../scripts/client/tree.ts';
import type { Api } from './api.ts';

const clientMain = join(projectFolder, 'packages/cli/src/holdfast-client.ts');

export type MadeVersion = {
  readonly version: string;
  readonly platform: ClientPlatform;
  /** Folder that it is made in. */
  readonly folder: string;
  /** Code that runs before anything else of its main, imports first. */
  readonly before?: string;
  readonly floor?: string;
  readonly steppingStones?: ClientRelease['steppingStones'];
};

/** Makes a version and has a site offer it. Its packages are those of the release that the client was set up with. */
export async function offerVersion(
  api: Api,
  built: { readonly release: Pick<ClientRelease, 'packages'> },
  made: MadeVersion,
): Promise<VersionArchive> {
  const { version, platform, folder, before } = made;
  const releaseKey = readReleaseKey(undefined);
  const tree = await layOutVersion({
    target: { platform, architecture: 'x64' },
    version,
    folder: join(folder, version),
    releaseKey,
    ...(before === undefined ? {} : { instead: { [clientMain]: withCode(before) } }),
  });
  const archive = await writeVersionArchive(tree, 0, folder);
  await writeRelease(
    {
      version,
      floor: made.floor ?? '0.0.0',
      releasedAt: 0,
      packages: built.release.packages,
      archives: [archive],
      ...(made.steppingStones === undefined ? {} : { steppingStones: made.steppingStones }),
    },
    releaseKey,
    folder,
  );
  await api.upload(readFileSync(join(folder, archive.name)));
  const release = JSON.parse(readFileSync(join(folder, 'release.json'), 'utf8')) as Envelope;
  await api.post('/client-releases', {
    release,
    releaseKey: readFileSync(join(folder, 'release-key.pub.pem'), 'utf8'),
    trust: release.keyId,
  });
  return archive;
}

/** The main of the client with something done before it. */
function withCode(before: string): string {
  const main = readFileSync(clientMain, 'utf8').replace(/^#!.*\n/, '');
  const lines = main.split('\n');
  const last = lines.findLastIndex((line) => line.startsWith('import '));
  return ['#!/usr/bin/env node', ...lines.slice(0, last + 1), before, ...lines.slice(last + 1)].join('\n');
}
