/** The bundles of a client: which source becomes which file of the install folder. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../built.ts';
import { bundleProgram } from '../bundle.ts';
import type { ClientPlatform } from './target.ts';

/** Of the seed version, by their paths in it; what they share lies in `chunks/`. */
const seedEntries = {
  'core/holdfast-client': 'packages/cli/src/holdfast-client.ts',
  'core/holdfast-setup': 'packages/cli/src/holdfast-setup.ts',
  'software/software': 'packages/client/src/software/component.ts',
  'inventory/inventory': 'packages/client/src/inventory/component.ts',
} as const;

/**
 * Of the launcher, which has no code of a version in it: small, for it stays in the memory of every client, and the manager
 * of the services waits for it. What checks or tries a version is loaded after that, and only where there is one.
 */
const launcherEntry = { launcher: 'packages/cli/src/launcher.ts' } as const;
/** The second starter, and the guard of a version on trial: of the launcher's too, and seldom loaded. */
const besideEntries = { rescue: 'packages/cli/src/rescue.ts', guard: 'packages/cli/src/guard.ts' } as const;

export type ScreenVariant = {
  readonly name: string;
  /** Versions of the system that it is for: at least the first, lower than the second. */
  readonly from?: string;
  readonly below?: string;
};

/** Screen drivers, of which a machine uses one. */
export const screenVariants: Readonly<Record<ClientPlatform, readonly ScreenVariant[]>> = {
  linux: [{ name: 'x11' }],
  windows: [
    { name: 'winxp', below: '6.1' },
    { name: 'win7', from: '6.1', below: '10.0' },
    { name: 'win10', from: '10.0' },
  ],
};

const versionModule = join(projectFolder, 'packages/contract/src/version.ts');

const absolute = (entries: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(entries).map(([name, source]) => {
      const path = join(projectFolder, source);
      // The bundler would say so, too, but only for one of them and with a screen of text.
      if (!existsSync(path)) throw new Error(`${source} of the client is missing`);
      return [name, path];
    }),
  );

export type BundleOptions = {
  /** PEM of the public half. */
  readonly releaseKey: string;
  readonly version: string;
  /** What stands in for modules of the sources: contents by absolute path. */
  readonly instead?: Readonly<Record<string, string>>;
};

/** Bundles everything into the install folder `output`: `seed/` and `launcher/`. */
export async function bundleClient(
  platform: ClientPlatform,
  output: string,
  { releaseKey, version, instead = {} }: BundleOptions,
): Promise<void> {
  const common = {
    target: 'node22',
    external: ['koffi'],
    define: { HOLDFAST_RELEASE_KEY: JSON.stringify(releaseKey) },
    // What a client says of itself is the version that it was built as.
    instead: { ...instead, [versionModule]: `export const holdfastVersion = ${JSON.stringify(version)};` },
    sourceMaps: false,
  } as const;
  await bundleProgram({ ...common, entries: absolute(seedEntries), output: join(output, 'seed') });
  const launcher = join(output, 'launcher');
  // Each by itself: the launcher shares no file with what mends it.
  await bundleProgram({ ...common, entries: absolute(launcherEntry), output: launcher });
  await bundleProgram({ ...common, entries: absolute(besideEntries), output: launcher });
  for (const { name } of screenVariants[platform]) {
    // A driver in use is copied out of its version: it has no chunks of others.
    await bundleProgram({
      ...common,
      entries: absolute({ screen: `packages/cli/src/components/screen-${name}.ts` }),
      output: join(output, 'seed/screen', name),
      alone: true,
    });
  }
}
