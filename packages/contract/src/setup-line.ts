/** The one line that makes a machine a client, for a person to copy: the same in the console and in the CLI. */
import type { ClientSetup } from './api-clients.ts';
import { HoldfastError } from './errors.ts';

/** One word for a POSIX shell, whatever is in it. */
const quotedForShell = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/** In double quotes for cmd and PowerShell alike; what either would replace inside them stands in none of our words. */
function quotedForWindows(word: string): string {
  if (/["%$`!^\r\n]/.test(word)) {
    throw new HoldfastError(
      'request.invalid',
      'The address of the management point cannot stand in a command line.',
    );
  }
  return `"${word}"`;
}

function missing(platform: string): HoldfastError {
  return new HoldfastError('release.missing', `The site has no release of the client for ${platform}.`);
}

/**
 * The line for a Linux machine. `-k` is safe here: the line comes from the trusted console, and nothing that was
 * downloaded is run unless it has the hash that stands in it.
 * @throws HoldfastError `release.missing`
 */
function linuxLine({ setupScript }: ClientSetup, token: string): string {
  if (setupScript === null) throw missing('Linux');
  const { url, sha256 } = setupScript;
  return [
    `curl -fsSk ${quotedForShell(url)} -o holdfast-setup.sh`,
    `echo '${sha256}  holdfast-setup.sh' | sha256sum -c -`,
    `sudo sh holdfast-setup.sh ${quotedForShell(`TOKEN=${token}`)}`,
  ].join(' && ');
}

/** The line for a Windows machine, for cmd as administrator. @throws HoldfastError `release.missing` */
function windowsLine({ managementPoint, release }: ClientSetup, token: string): string {
  const msi = release?.packages.find(({ kind }) => kind === 'msi');
  if (msi === undefined) throw missing('Windows');
  return [
    `curl.exe -fsSk ${quotedForWindows(msi.url)} -o client.msi`,
    // certutil of Windows 7 writes the hash with blanks between the bytes: there the comparison says no, never yes.
    `certutil -hashfile client.msi SHA256 | findstr /x ${msi.sha256}`,
    `msiexec /i client.msi SITE=${quotedForWindows(managementPoint)} TOKEN=${token} /qn`,
  ].join(' && ');
}

/**
 * @param token the text of an enrolment token
 * @throws HoldfastError `release.missing` where the site has no package for the platform
 */
export function setupLine(setup: ClientSetup, platform: 'linux' | 'windows', token: string): string {
  return platform === 'linux' ? linuxLine(setup, token) : windowsLine(setup, token);
}
