/** A real client on Windows Node 22 under Wine, as it is bundled to be shipped. */

import { makeWinePrefix, type WinePrefix } from '../../packages/machine/wine/index.ts';
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

/** Makes a Windows in `parent`, enrols a client in it with its own verb, and starts it. */
export async function startWindowsClient(
  parent: string,
  site: string,
  token: string,
): Promise<WindowsClient> {
  const [bundle, prefix] = await Promise.all([
    buildClient({ platform: 'windows', output: `${parent}/bundle` }),
    makeWinePrefix(`${parent}/prefix`),
  ]);
  const settings = ['--site', site, '--token', token, '--folder', stateFolder, '--root', 'C:\\'];
  const enrolled = await prefix.runNode(bundle, ['enrol', ...settings]);
  if (enrolled.code !== 0) {
    await prefix.close();
    throw new Error(`enrolment ended with ${enrolled.code}: ${enrolled.output}`);
  }
  const run = () => prefix.startNode(bundle, ['run', '--folder', stateFolder], { timeoutMs: 0 });
  let client = await run();
  return {
    prefix,
    output: () => client.output(),
    restart: async () => {
      client.kill();
      await client.exit;
      client = await run();
    },
    close: async () => {
      client.kill();
      await client.exit;
      await prefix.close();
    },
  };
}
