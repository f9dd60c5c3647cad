/** Thirty sick releases: what each does once it runs as the service, and how a client that was given it is to come out of that. */
import type { TrialFailure } from '@holdfast/contract';

export type SickRelease = {
  /** As in the list of the documentation. */
  readonly name: string;
  /** Code before the main: runs only where the service is started. */
  readonly code: string;
  /** Why it is given up; several where it depends on what is seen first. */
  readonly causes: readonly TrialFailure[];
};

const inMs = (ms: number, code: string) => `setTimeout(() => { ${code} }, ${ms});`;
const die = 'process.exit(1);';
const hang = 'for (;;);';

/** Runs code when the site has answered a check-in. */
const afterCheckIn = (code: string) => `
const { request } = https;
https.request = (...words) => {
  const made = request(...words);
  made.on('response', () => {
    if (String(made.path).endsWith('/policy')) setTimeout(() => { ${code} }, 1000);
  });
  return made;
};`;

const state = "const state = process.env.HOLDFAST_STATE ?? '/var/lib/holdfast-client';";

/** Removes or changes what the client knows, before the client is opened. */
const spoil = (code: string) => `${state}\n${code}`;

export const sickReleases: readonly SickRelease[] = [
  { name: 'dies at once', code: die, causes: ['died'] },
  { name: 'dies at once and says that all is well', code: 'process.exit(0);', causes: ['died'] },
  { name: 'cannot be loaded', code: "throw new Error('it was built wrongly');", causes: ['cannot-load'] },
  { name: 'dies after 30 seconds', code: inMs(30_000, die), causes: ['died'] },
  { name: 'ends in good order after 10 seconds', code: inMs(10_000, 'process.exit(0);'), causes: ['died'] },
  {
    name: 'dies by a fault of memory',
    code: inMs(5_000, "process.kill(process.pid, 'SIGSEGV');"),
    causes: ['died'],
  },
  { name: 'aborts', code: inMs(5_000, 'process.abort();'), causes: ['died'] },
  {
    name: 'leaves a failure unhandled',
    code: inMs(15_000, "Promise.reject(new Error('nobody'));"),
    causes: ['died'],
  },
  { name: 'dies after its first check-in', code: afterCheckIn(die), causes: ['died'] },
  { name: 'hangs at once', code: hang, causes: ['hung', 'died'] },
  { name: 'hangs after 30 seconds', code: inMs(30_000, hang), causes: ['hung', 'died'] },
  { name: 'hangs after its first check-in', code: afterCheckIn(hang), causes: ['hung', 'died'] },
  {
    name: 'stops its own process',
    code: inMs(5_000, "process.kill(process.pid, 'SIGSTOP');"),
    causes: ['died'],
  },
  {
    name: 'takes 50 megabytes a second',
    code: 'const taken = []; setInterval(() => taken.push(Buffer.alloc(50 << 20, 1)), 1000);',
    causes: ['memory', 'died'],
  },
  {
    name: 'leaks 50 megabytes a minute',
    code: 'const taken = []; setInterval(() => taken.push(Buffer.alloc(5 << 20, 1)), 6000);',
    causes: ['memory'],
  },
  {
    name: 'fills its heap',
    code: 'const all = []; setInterval(() => { for (let i = 0; i < 1e6; i++) all.push({ i }); }, 500);',
    causes: ['memory', 'died'],
  },
  {
    name: 'keeps the processor busy',
    code: 'const turn = () => { const end = Date.now() + 50; while (Date.now() < end); setImmediate(turn); }; turn();',
    causes: ['busy'],
  },
  {
    name: 'has no network',
    code: "https.request = () => { throw Object.assign(new Error('no network'), { code: 'ENETUNREACH' }); };",
    causes: ['no-proof'],
  },
  {
    name: 'talks to another site',
    code: "const { request } = https; https.request = (options, ...rest) => request(typeof options === 'string' || options instanceof URL ? 'https://127.0.0.1:9/' : { ...options, host: '127.0.0.1', hostname: '127.0.0.1', port: 9 }, ...rest);",
    causes: ['no-proof'],
  },
  {
    name: 'does not show its certificate',
    code: 'const { request } = https; https.request = (...words) => { const { options } = words.find((one) => one.agent).agent; delete options.cert; delete options.key; return request(...words); };',
    causes: ['no-proof'],
  },
  {
    name: 'cannot read its policy',
    code: "const parse = JSON.parse; JSON.parse = (text, ...rest) => { if (String(text).includes('policy-index')) throw new SyntaxError('unreadable'); return parse(text, ...rest); };",
    causes: ['no-proof'],
  },
  {
    name: 'cannot start a program',
    code: "childProcess.spawn = () => { throw Object.assign(new Error('not permitted'), { code: 'EPERM' }); };",
    causes: ['no-proof'],
  },
  {
    name: 'claims to be well and does nothing',
    code: 'const claims = systemdSupervisor(); claims?.ready(); setInterval(() => claims?.alive(), 5000); await new Promise(() => undefined);',
    causes: ['no-proof'],
  },
  {
    name: 'never says that it is ready',
    code: 'await new Promise((resolve) => setInterval(() => undefined, 60_000));',
    causes: ['no-proof', 'died'],
  },
  {
    name: 'has a clock that is ten years ahead',
    code: 'const now = Date.now; Date.now = () => now() + 10 * 365 * 86_400_000;',
    causes: ['clock', 'no-proof'],
  },
  {
    name: 'wipes its state',
    code: spoil(
      "for (const name of ['client.journal', 'keys', 'settings.json']) fs.rmSync(`${state}/${name}`, { recursive: true, force: true });",
    ),
    causes: ['state-lost'],
  },
  {
    name: 'loses its key',
    code: spoil('fs.rmSync(`${state}/keys`, { recursive: true, force: true });'),
    // The rest of who it is comes back from the journal; what it cannot do without the key shows with time.
    causes: ['state-lost', 'no-proof'],
  },
  {
    name: 'writes its journal in a form that others cannot read, and dies',
    code: spoil("fs.writeFileSync(`${state}/client.journal`, 'another form'); process.exit(1);"),
    causes: ['died'],
  },
  {
    name: 'removes its journal and dies',
    code: spoil('fs.rmSync(`${state}/client.journal`, { force: true }); process.exit(1);'),
    causes: ['died'],
  },
  {
    name: 'removes its own program and dies',
    code: spoil(
      'fs.rmSync(new URL("../software", import.meta.url), { recursive: true }); fs.rmSync(new URL("../core/holdfast-setup.mjs", import.meta.url)); process.exit(1);',
    ),
    causes: ['damaged'],
  },
];

/** As it stands before the main of a sick release. */
export function sickCode({ code }: SickRelease): string {
  return `import childProcess from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';
import { systemdSupervisor } from '@holdfast/machine';
if (process.argv[2] === 'service') {
${code}
syncBuiltinESMExports();
}
`;
}
