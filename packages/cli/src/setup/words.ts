/** The words of the bootstrap's command line: what each takes, and what it asks for. Their values are anybody's. */
import { type KeepWord, keepWords, type SetupRequest } from '@holdfast/client';
import { HoldfastError, parseToken } from '@holdfast/contract';
import type { SetupCommand } from './command.ts';

export type Change = { readonly command?: Partial<SetupCommand>; readonly request?: Partial<SetupRequest> };

const minutesOfAWeek = 7 * 24 * 60;
const mostAddresses = 8;
const mostMegabytes = 1024 * 1024;

/** @throws HoldfastError `command.invalid` */
export function refuse(happened: string): never {
  throw new HoldfastError('command.invalid', happened);
}

function numberOf(name: string, text: string, least: number, most: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most
    ? value
    : refuse(`${name} is a whole number from ${least} to ${most}.`);
}

function addressOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain =
    url?.protocol === 'https:' &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.hash === '' &&
    url.pathname === '/';
  return isPlain
    ? url.origin
    : refuse(
        `/mp names management points as https://host:port; ${JSON.stringify(text.slice(0, 100))} is none.`,
      );
}

function addressesOf(text: string): readonly string[] {
  const found = text
    .split(';')
    .filter((one) => one !== '')
    .map(addressOf);
  if (found.length === 0 || found.length > mostAddresses)
    refuse(`/mp takes one to ${mostAddresses} addresses, with ; between them.`);
  return found;
}

/** These paths are written into command lines of installers and of units. */
function pathOf(name: string, text: string): string {
  const isAbsolute = text.startsWith('/') || /^[A-Za-z]:\\/.test(text) || text.startsWith('\\\\');
  if (!isAbsolute || text.length > 1_000 || /["%\p{Cc}]/u.test(text))
    refuse(`${name} is an absolute path, without quotes, % and control characters.`);
  return text;
}

function kindOf(text: string): SetupRequest['kind'] {
  return text === 'msi' || text === 'deb' || text === 'rpm' || text === 'tar.gz'
    ? text
    : refuse('--kind is msi, deb, rpm or tar.gz.');
}

function keepOf(text: string): readonly KeepWord[] {
  return text
    .split(',')
    .filter((one) => one !== '')
    .map(
      (word) =>
        keepWords.find((one) => one === word.trim().toLowerCase()) ??
        refuse(`KEEP takes ${keepWords.join(', ')}.`),
    );
}

function siteCodeOf(text: string): string | null {
  const code = text.toUpperCase();
  if (code === 'AUTO') return null;
  return /^[A-Z0-9]{3}$/.test(code) ? code : refuse('SITECODE is three letters or digits, or AUTO.');
}

function tokenOf(text: string): string {
  parseToken(text);
  return text.trim();
}

export type Parameter = { readonly value?: string; readonly read: (text: string) => Change };
const flag = (change: Change): Parameter => ({ read: () => change });
const request = (change: Partial<SetupRequest>): Change => ({ request: change });
const command = (change: Partial<SetupCommand>): Change => ({ command: change });

/** By their names in lower case; those with a value say what it is. */
export const parameters: Readonly<Record<string, Parameter>> = {
  mp: { value: 'URL[;URL]', read: (text) => request({ managementPoints: addressesOf(text) }) },
  source: { value: 'PATH', read: (text) => request({ source: pathOf('/source', text) }) },
  retry: {
    value: 'MINUTES',
    read: (text) => request({ retryMinutes: numberOf('/retry', text, 1, minutesOfAWeek) }),
  },
  downloadtimeout: {
    value: 'MINUTES',
    read: (text) =>
      request({ downloadTimeoutMinutes: numberOf('/downloadtimeout', text, 1, minutesOfAWeek) }),
  },
  service: flag(command({ service: true })),
  noservice: flag(command({ service: false })),
  uninstall: flag(request({ intent: 'uninstall' })),
  logon: flag(request({ stopIfPresent: true })),
  forceinstall: flag(request({ forceInstall: true })),
  kind: { value: 'KIND', read: (text) => request({ kind: kindOf(text) }) },
  folder: { value: 'PATH', read: (text) => command({ stateFolder: pathOf('--folder', text) }) },
  root: { value: 'PATH', read: (text) => command({ root: pathOf('--root', text) }) },
  json: flag(command({ json: true })),
  'dry-run': flag(command({ dryRun: true })),
  'go-on': flag(command({ goOn: true })),
  help: flag(command({ kind: 'help' })),
  '?': flag(command({ kind: 'help' })),
  version: flag(command({ kind: 'version' })),
};

export const properties: Readonly<Record<string, (text: string) => Change>> = {
  SITECODE: (text) => request({ siteCode: siteCodeOf(text) }),
  TOKEN: (text) => request({ token: tokenOf(text) }),
  INSTALLDIR: (text) => command({ installFolder: pathOf('INSTALLDIR', text) }),
  CACHESIZE: (text) => request({ cacheMegabytes: numberOf('CACHESIZE', text, 1, mostMegabytes) }),
  LOGLEVEL: (text) => request({ logLevel: numberOf('LOGLEVEL', text, 0, 3) }),
  KEEP: (text) => request({ keep: keepOf(text) }),
};

/** What the scripts of the field say for the same thing. */
const otherNames: Readonly<Record<string, string>> = {
  regtoken: 'TOKEN=HF1...',
  token: 'TOKEN=HF1...',
  site: '/mp:https://host:port',
  smssitecode: 'SITECODE=ABC',
  smsmp: '/mp:https://host:port',
  smscachesize: 'CACHESIZE=MB',
  ccminstalldir: 'INSTALLDIR=PATH',
  ccmloglevel: 'LOGLEVEL=0',
  quiet: 'nothing: it never asks',
  qn: 'nothing: it never asks',
};

/** Says which word was meant, as far as that can be told. */
export function unknown(word: string, name: string, known: readonly string[]): never {
  const other = otherNames[name.toLowerCase()];
  const near = known.find((one) => one.toLowerCase().startsWith(name.toLowerCase().slice(0, 3)));
  const hint = other ? `say ${other}` : near ? `did you mean ${near}?` : `${known.join(', ')} are known`;
  return refuse(`${JSON.stringify(word.slice(0, 60))} is not known: ${hint}`);
}
