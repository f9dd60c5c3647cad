/** Goes on with a set-up under systemd: after a restart, and within minutes of its death. */
import { askProgram } from '../shared/ask-program.ts';
import type { AskProgram } from './systemd.ts';
import { openUnitFiles, type UnitFolders } from './unit-files.ts';
import { systemctl } from './unit-look.ts';

const service = 'holdfast-setup.service';
const timer = 'holdfast-setup.timer';

/** Seconds between two looks of the timer, and by how many it may be late. */
const pace = 120;
const spread = 30;

export type SetupHookOptions = {
  /** Absolute path of the bootstrap, which no restart takes away, and its words. */
  readonly program: string;
  readonly words: readonly string[];
  readonly folders?: UnitFolders;
  readonly ask?: AskProgram;
  /** Which life of which unit this process is, as systemd tells every service. Source: systemd.exec(5), "$INVOCATION_ID". */
  readonly invocation?: string | undefined;
};

/** Where an administrator's own units lie: what is here for a while is no package's business. */
const ownFolders: UnitFolders = { packaged: ['/etc/systemd/system'], before: ['/etc/systemd/system'] };

/** A word of a command line of a unit. Source: systemd.service(5), "Command lines"; systemd.unit(5), "Specifiers". */
function quoted(word: string): string {
  return `"${word.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%').replaceAll('$', '$$$$')}"`;
}

/**
 * A timer looks every few minutes whether the set-up still lives: one that finds it at work (exit code 8) has done well, and
 * so has one that is to wait for a restart (7).
 */
export function hookTexts({
  program,
  words,
}: Pick<SetupHookOptions, 'program' | 'words'>): ReadonlyMap<string, string> {
  return new Map([
    [
      service,
      `# The set-up of the Holdfast client goes on here; it takes this unit away when it ends.
[Unit]
Description=Set-up of the Holdfast client
After=network-online.target
Wants=network-online.target

[Service]
Type=exec
ExecStart=${[program, ...words].map(quoted).join(' ')}
SuccessExitStatus=6 7 8 9 10
# An installer that it has started ends by itself, and is found again.
KillMode=process
UMask=0022
`,
    ],
    [
      timer,
      `# Starts the set-up of the Holdfast client again after a restart, and when it died.
[Unit]
Description=The set-up of the Holdfast client goes on

[Timer]
OnBootSec=30
OnActiveSec=${pace}
OnUnitInactiveSec=${pace}
RandomizedDelaySec=${spread}

[Install]
WantedBy=timers.target
`,
    ],
  ]);
}

/** Milliseconds; after ninety seconds systemd kills what does not end. */
const longestStopMs = 120_000;

export type LinuxSetupHook = {
  /** Milliseconds. */
  readonly everyMs: number;
  set(): Promise<void>;
  start(): Promise<void>;
  clear(): Promise<void>;
};

/** Failures are HoldfastErrors `system.*` and `disk.*`. */
export function linuxSetupHook(options: SetupHookOptions): LinuxSetupHook {
  const { folders = ownFolders, ask = askProgram, invocation = process.env.INVOCATION_ID } = options;
  const files = openUnitFiles(folders);
  const call = (words: readonly string[]) => systemctl(ask, words);
  /** Whether the bootstrap that asks is the one that the hook has started. */
  const isOwnLife = async () => {
    const shown = await ask('systemctl', ['show', '--value', '--property=InvocationID', '--', service]);
    return invocation !== undefined && shown?.output.trim() === invocation;
  };
  return {
    everyMs: (pace + spread) * 1000,
    async set() {
      for (const [unit, text] of hookTexts(options)) await files.restore(unit, text);
      await call(['daemon-reload']);
      await call(['enable', '--now', '--', timer]);
    },
    start: () => call(['start', '--no-block', '--', service]),
    async clear() {
      if (!(await files.has(service)) && !(await files.has(timer))) return;
      await ask('systemctl', ['disable', '--now', '--', timer]);
      // One that was started at the last moment would find its program gone, and be remembered as failed.
      if (!(await isOwnLife())) await ask('systemctl', ['stop', '--', service], longestStopMs);
      for (const unit of [timer, service]) await files.remove(unit);
      await call(['daemon-reload']);
      await ask('systemctl', ['reset-failed', '--', service]);
    },
  };
}
