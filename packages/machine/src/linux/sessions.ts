/** Remote sessions: logins as logind or utmp tell of them, and viewers of a screen. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RemoteSession, Sessions } from '@holdfast/ports';
import { askProgram } from '../shared/ask-program.ts';
import { watchPlaces } from '../shared/folder-watch.ts';
import { processRecord } from './process-table.ts';
import { type AskProgram, shownProperties, systemdRuns } from './systemd.ts';
import { textOf } from './text-file.ts';
import { loginsIn } from './utmp.ts';
import { accountName, viewedBy } from './viewers.ts';

export type SessionsOptions = {
  /** Whether logind is asked; otherwise utmp is. */
  readonly logind?: boolean;
  readonly ask?: AskProgram;
  readonly utmp?: string;
  /** Folder with the tables `tcp` and `tcp6`. */
  readonly connections?: string;
};

/** What a session of logind was opened by (its PAM service), as it is called here. */
const kinds: Readonly<Record<string, string>> = {
  sshd: 'ssh',
  'xrdp-sesman': 'remote-desktop',
  'gnome-remote-desktop': 'remote-desktop',
};

/** Where logind keeps its sessions; sd-login(3) watches it too. */
const logindFolder = '/run/systemd/sessions';

export function linuxSessions(options: SessionsOptions = {}): Sessions {
  const { logind = systemdRuns(), ask = askProgram, utmp = '/run/utmp', connections = '/proc/net' } = options;
  return {
    async remote() {
      const logins = logind ? await logindSessions(ask) : await utmpSessions(utmp);
      return [...logins, ...(await viewers(connections))];
    },
    watch: watchPlaces([logind ? logindFolder : utmp]),
  };
}

async function logindSessions(ask: AskProgram): Promise<readonly RemoteSession[]> {
  const listed = await ask('loginctl', ['list-sessions', '--no-legend']);
  const ids = [...(listed?.output ?? '').matchAll(/^\s*([A-Za-z0-9]+)\s/gm)].map(([, id = '']) => id);
  if (ids.length === 0) return [];
  // Unlike systemctl it takes one name at a time.
  const properties = ['Name', 'Remote', 'Service', 'State'].map((name) => `--property=${name}`);
  // A session that has just ended makes it fail; it shows the others all the same.
  const shown = await ask('loginctl', ['show-session', ...properties, '--', ...ids]);
  return remoteSessions(shown?.output ?? '');
}

/** What `loginctl show-session` printed. One that is closing only waits for what its user left running. */
export function remoteSessions(shown: string): readonly RemoteSession[] {
  return shownProperties(shown).flatMap((session) => {
    const service = session.get('Service') ?? '';
    const kind = kinds[service] ?? (session.get('Remote') === 'yes' ? 'remote-login' : undefined);
    if (kind === undefined || session.get('State') === 'closing') return [];
    return [{ kind, user: session.get('Name') || 'unknown' }];
  });
}

/** Logins from another machine whose process still lives: a machine that lost its power leaves records behind. */
async function utmpSessions(utmp: string): Promise<readonly RemoteSession[]> {
  const bytes = await readFile(utmp).catch(() => Buffer.alloc(0));
  return loginsIn(bytes)
    .filter(({ host, pid }) => isAfar(host) && processRecord(pid)?.ended === false)
    .map(({ user }) => ({ kind: 'ssh', user }));
}

/** X displays and terminal multiplexers stand there too: `:0`, `tmux(812).%0`. */
function isAfar(host: string): boolean {
  return host !== '' && !/^:\d|^(?:tmux|mosh|screen)\b/.test(host);
}

async function viewers(folder: string): Promise<readonly RemoteSession[]> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => textOf(join(folder, name))));
  const accounts = tables.flatMap((table) => viewedBy(table ?? ''));
  if (accounts.length === 0) return [];
  const passwd = (await textOf('/etc/passwd')) ?? '';
  return accounts.map((uid) => ({ kind: 'remote-control', user: accountName(passwd, uid) }));
}
