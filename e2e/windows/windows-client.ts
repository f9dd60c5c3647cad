/** A real client on Windows Node 22 under Wine, as it is bundled to be shipped. */

import { clientNodeFlags } from '@holdfast/machine';
import { makeWinePrefix, toWindows, type WinePrefix } from '../../packages/machine/wine/index.ts';
import { buildClient } from '../../scripts/build-client.ts';

export type WindowsClient = {
  readonly prefix: WinePrefix;
  /** What the client has printed so far. */
  output(): Promise<string>;
  /** Ends the client as a power cut would, and starts it again. */
  restart(): Promise<void>;
  /** Ends the client and all of its Windows. */
  close(): Promise<void>;
};

/** State of the client on its machine. */
const stateFolder = 'C:\\ProgramData\\Holdfast';

/** Makes a Windows in `parent`, enrols a client in it with its launcher, and starts it with the Node and flags of that. */
export async function startWindowsClient(
  parent: string,
  site: string,
  token: string,
): Promise<WindowsClient> {
  const [{ bundle, launcher, node }, prefix] = await Promise.all([
    buildClient({ platform: 'windows', output: `${parent}/bundle` }),
    makeWinePrefix(`${parent}/prefix`),
  ]);
  const settings = ['--site', site, '--token', token, '--folder', stateFolder, '--root', 'C:\\'];
  const enrolled = await prefix.run('cmd', ['/c', toWindows(launcher), 'enrol', ...settings]);
  if (enrolled.code !== 0) {
    await prefix.close();
    throw new Error(`enrolment ended with ${enrolled.code}: ${enrolled.output}`);
  }
  const words = [...clientNodeFlags, toWindows(bundle), 'run', '--folder', stateFolder];
  // Not through the launcher: what is ended is to be the client itself, and not the interpreter that waits for it.
  const run = () => prefix.start(toWindows(node), words, { timeoutMs: 0 });
  let client = run();
  return {
    prefix,
    output: () => client.output(),
    restart: async () => {
      client.kill();
      await client.exit;
      client = run();
    },
    close: async () => {
      client.kill();
      await client.exit;
      await prefix.close();
    },
  };
}
