/** client.msi on a Windows of its own: run through a real msiexec, and looked at from outside. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import type { WineExit, WinePrefix } from '../../packages/machine/wine/index.ts';

export const installFolder = 'C:\\Program Files\\Holdfast\\Client';
export const stateFolder = 'C:\\ProgramData\\Holdfast';
export const serviceName = 'HoldfastClient';
export const registryKey = 'HKLM\\SOFTWARE\\Holdfast\\Client';
/** Where Wine keeps a task: its schtasks says nothing of one. */
export const rescueTask = 'C:\\windows\\system32\\tasks\\Holdfast\\Rescue';

/** Milliseconds within which a service that was started is there. */
const startLimitMs = 30_000;

export type ClientMsi = {
  /** Linux path of a path on Windows. */
  linux(path: string): string;
  /** A path below the install folder, `/` between names, as Linux path. */
  installed(path: string): string;
  /** Runs the installer in the folder C:\ and answers its exit code; the log is at C:\msiexec.log. */
  msiexec(...words: readonly string[]): Promise<number | null>;
  /** As above, for what has to succeed. */
  succeed(...words: readonly string[]): Promise<void>;
  /** What the installer has written down last. */
  log(): string;
  /** A command line of an administrator. */
  client(...words: readonly string[]): Promise<WineExit>;
  /** What a verb of the client answers as JSON. @throws where its exit code is not 0 */
  answer(...words: readonly string[]): Promise<unknown>;
  /** As the service manager names it; undefined where there is no such service. */
  serviceState(): Promise<string | undefined>;
  awaitRunning(): Promise<void>;
  registryValue(name: string): Promise<string | undefined>;
};

export function clientMsi(prefix: WinePrefix): ClientMsi {
  const logPath = 'C:\\msiexec.log';
  const linux = (path: string) => prefix.toLinux(path);

  function log(): string {
    if (!existsSync(linux(logPath))) return 'there is no log';
    const bytes = readFileSync(linux(logPath));
    return bytes[0] === 0xff ? bytes.toString('utf16le') : bytes.toString('utf8');
  }
  async function run(words: readonly string[]): Promise<WineExit> {
    rmSync(linux(logPath), { force: true });
    return await prefix.run('msiexec', [...words, '/L*v', logPath, '/qn'], { timeoutMs: 300_000 });
  }
  const client: ClientMsi['client'] = (...words) =>
    prefix.run('cmd', ['/c', `${installFolder}\\bin\\holdfast-client.cmd`, ...words]);
  async function serviceState(): Promise<string | undefined> {
    const { output } = await prefix.run('sc', ['query', serviceName]);
    return /STATE\s*:\s*\d+\s+(\w+)/.exec(output)?.[1];
  }

  return {
    linux,
    installed: (path) => `${linux(installFolder)}/${path}`,
    msiexec: async (...words) => (await run(words)).code,
    async succeed(...words) {
      const { code, output } = await run(words);
      assert.equal(code, 0, `${words.join(' ')} ended with ${code}: ${output}\n${log().slice(-3000)}`);
    },
    log,
    client,
    async answer(...words) {
      const { code, output } = await client(...words, '--json');
      assert.equal(code, 0, output);
      return JSON.parse(output.slice(output.search(/^[[{]/m)));
    },
    serviceState,
    async awaitRunning() {
      const until = performance.now() + startLimitMs;
      for (;;) {
        const state = await serviceState();
        if (state === 'RUNNING') return;
        assert.ok(performance.now() < until, `the service is ${state}`);
      }
    },
    async registryValue(name) {
      const { output } = await prefix.run('reg', ['query', registryKey, '/v', name]);
      return /REG_SZ\s+(.*?)\r?\n/.exec(output)?.[1];
    },
  };
}
