/** A script run on another machine over the system's own ssh: no shell of this machine reads any of it. */
import { spawn } from 'node:child_process';
import { HoldfastError } from '@holdfast/contract';

/** Characters of what the machine says that are kept: its end. */
const mostSaid = 16_384;
/** Seconds until a machine must have answered, and between the looks whether it is still there. */
const patience = 15;

export type SshRun = {
  /** `[user@]machine`, as ssh takes it. */
  readonly target: string;
  /** Whether the account has to become root first. */
  readonly sudo: boolean;
  /** What the shell there reads; words of a command line would be seen by everyone on both machines. */
  readonly script: string;
  /** `-o` of ssh. */
  readonly options: readonly string[];
  /** PATH and what ssh itself reads, such as SSH_AUTH_SOCK. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
};

export type SshEnd = { readonly code: number | null; readonly said: string };

/** @throws HoldfastError `command.invalid` for what ssh could take for an option, or a shell for more than one word */
export function checkTarget(target: string): void {
  if (/^[A-Za-z0-9_[][A-Za-z0-9._@:[\]%-]{0,254}$/.test(target) && !target.includes('@-')) return;
  throw new HoldfastError(
    'command.invalid',
    `${target.slice(0, 80)} is no machine for ssh: write user@machine.`,
  );
}

/**
 * Runs the script with `sh` and answers how that ended; ssh's own failures end with 255.
 * @throws HoldfastError `process.not-found` where there is no ssh, `command.invalid`; the signal's reason
 */
export function runOverSsh(run: SshRun): Promise<SshEnd> {
  checkTarget(run.target);
  const words = [
    '-T',
    ...[
      'BatchMode=yes',
      `ConnectTimeout=${patience}`,
      `ServerAliveInterval=${patience}`,
      ...run.options,
    ].flatMap((option) => ['-o', option]),
    '--',
    run.target,
    ...(run.sudo ? ['sudo', '-n'] : []),
    'sh',
    '-s',
  ];
  const { promise, resolve, reject } = Promise.withResolvers<SshEnd>();
  const child = spawn('ssh', words, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...run.environment },
    signal: run.signal,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-mostSaid);
    });
  }
  child.once('error', (cause) => {
    if (run.signal.aborted) reject(run.signal.reason);
    else reject(new HoldfastError('process.not-found', 'The program ssh cannot be started.', { cause }));
  });
  child.once('close', (code) => resolve({ code, said }));
  // A machine that hangs up in the middle is told by the end of ssh.
  child.stdin.on('error', () => undefined);
  child.stdin.end(run.script);
  return promise;
}

/** What the words of ssh and sudo mean, in the order in which they are looked for. */
const meanings = [
  [/Host key verification failed|IDENTIFICATION HAS CHANGED|host key is known/i, 'push.host-unknown'],
  [/^sudo: |not in the sudoers/im, 'push.sudo'],
  [/Permission denied|Too many authentication failures/i, 'push.refused'],
  [
    /resolve hostname|Connection (refused|timed out|closed|reset)|No route|unreachable/i,
    'network.unreachable',
  ],
] as const;

/** Exit codes of the bootstrap that have a code of their own. */
const setupCodes = { 8: 'setup.running', 9: 'setup.prerequisite', 10: 'content.hash-mismatch' } as const;

/** The failure that an end means. Only what the far machine cannot have written is believed for its cause: 255, or sudo's 1. */
export function sshFailure(target: string, { code, said }: SshEnd): HoldfastError {
  const last = said.trim().split('\n').at(-1)?.slice(0, 500) ?? '';
  const happened = `${target}: ${last || `ended with ${code ?? 'a signal'} and said nothing`}`;
  const details = { target, exitCode: code ?? -1 };
  const meant = code === 255 || code === 1 ? meanings.find(([words]) => words.test(said)) : undefined;
  if (meant) return new HoldfastError(meant[1], happened, { details });
  const known = code === 8 || code === 9 || code === 10 ? setupCodes[code] : 'push.failed';
  return new HoldfastError(known, happened, { details });
}
