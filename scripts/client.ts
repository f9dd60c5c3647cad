/** Bundles the client of this machine's platform, if its sources changed since the last time. */
import { join } from 'node:path';
import { stop } from 'esbuild';
import { buildClient } from './build-client.ts';
import { ensureBuilt, projectFolder } from './built.ts';

/** What a client and its packages are made of: patterns of files. */
export const clientSources = [
  'packages/{contract,ports,engine,msi,client,machine,cli}/src/**/*',
  'packages/cli/{package,systemd}/*',
  'scripts/{build-client,bundle}.ts',
  'scripts/client/**/*',
] as const;

/** Answers whether a build was needed; where the client has no bundle for this platform, nothing is built. */
export async function ensureClient(): Promise<boolean> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return false;
  const output = join(projectFolder, 'dist/client/linux-x64');
  return await ensureBuilt({
    name: 'the client',
    output,
    sources: clientSources,
    build: async () => {
      await buildClient({ platform: 'linux', output });
      // Its helper process would stay as long as what is started next.
      await stop();
    },
  });
}

if (import.meta.main) await ensureClient();
