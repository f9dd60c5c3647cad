/**
 * Installer errors (1xxx of the Error table, 2xxx internal): what each says, in words of ours, and which kind of cause it
 * is. Numbers and the meaning of their values: learn.microsoft.com, "Windows Installer Error Messages".
 */
import type { CauseCode } from './causes.ts';

export type InstallerError = {
  /** [2] and on stand for the values of the error. */
  readonly text: string;
  readonly cause: CauseCode;
  /** Which value is the Win32 error. */
  readonly system?: number;
  /** Which value is the file, key, service or custom action that it is about. */
  readonly subject?: number;
};

/** Code, cause, text, then the numbers of the values that are the subject and the Win32 error. */
type Entry = readonly [code: number, cause: CauseCode, text: string, subject?: number, system?: number];

const entries: readonly Entry[] = [
  [1101, 'package-unreadable', 'The stream [2] could not be opened (system error [3]).', 2, 3],
  [1301, 'file-access', 'The file [2] cannot be made: a folder has that name.', 2],
  [1302, 'source-missing', 'The disc [2] is asked for.', 2],
  [1303, 'file-access', 'The installer may not enter the folder [2].', 2],
  [1304, 'file-access', 'The file [2] could not be written.', 2],
  [1305, 'file-access', 'The file [2] could not be read (system error [3]).', 2, 3],
  [1306, 'file-in-use', 'The file [2] is in use.', 2],
  [1307, 'disk-full', 'There is too little disk space for the file [2].', 2],
  [1308, 'source-missing', 'The source file [2] was not found.', 2],
  [1309, 'source-missing', 'The source file [3] could not be opened (system error [2]).', 3, 2],
  [1310, 'file-access', 'The file [3] could not be made (system error [2]).', 3, 2],
  [1311, 'source-missing', 'The cabinet [2] was not found at the source.', 2],
  [1312, 'file-access', 'The folder [2] cannot be made: a file has that name.', 2],
  [1313, 'path', 'The volume [2] is not available.', 2],
  [1314, 'path', 'The path [2] is not available.', 2],
  [1315, 'file-access', 'The folder [2] cannot be written to.', 2],
  [1316, 'source-missing', 'The file [2] could not be read from the source.', 2],
  [1317, 'file-access', 'The folder [2] could not be made.', 2],
  [1318, 'network', 'The folder [2] could not be made over the network.', 2],
  [1319, 'network', 'The cabinet [2] could not be opened over the network.', 2],
  [1320, 'path', 'The path [2] is too long.', 2],
  [1321, 'file-access', 'The installer may not change the file [2].', 2],
  [1322, 'path', 'A part of the path [2] is empty or too long.', 2],
  [1323, 'path', 'The path [2] has a word that no path may have.', 2],
  [1324, 'path', 'The path [2] has a character that no path may have.', 2],
  [1325, 'path', '[2] is no valid short file name.', 2],
  [1326, 'file-access', 'The security of the file [3] could not be read (system error [2]).', 3, 2],
  [1327, 'path', 'The drive [2] is not valid.', 2],
  [1328, 'package', 'The patch does not fit the file [2] (system error [3]).', 2, 3],
  [1329, 'cabinet-damaged', 'The cabinet [2] is not signed, and has to be.', 2],
  [1330, 'cabinet-damaged', 'The signature of the cabinet [2] is not valid (error [3]).', 2, 3],
  [1331, 'cabinet-damaged', 'The file [2] was not copied rightly.', 2],
  [1332, 'cabinet-damaged', 'The file [2] was not patched rightly.', 2],
  [1333, 'package', 'The file [2] cannot be patched.', 2],
  [1334, 'cabinet-damaged', 'The file [2] is not in the cabinet [3].', 2],
  [1335, 'cabinet-damaged', 'The cabinet [2] is damaged.', 2],
  [1336, 'file-access', 'A temporary file for the folder [3] could not be made (system error [2]).', 3, 2],
  [1401, 'registry-access', 'The key [2] could not be made (system error [3]).', 2, 3],
  [1402, 'registry-access', 'The key [2] could not be opened (system error [3]).', 2, 3],
  [1403, 'registry-access', 'The value [2] of the key [3] could not be deleted (system error [4]).', 3, 4],
  [1404, 'registry-access', 'The key [2] could not be deleted (system error [3]).', 2, 3],
  [1405, 'registry-access', 'The value [2] of the key [3] could not be read (system error [4]).', 3, 4],
  [1406, 'registry-access', 'The value [2] could not be written to the key [3] (system error [4]).', 3, 4],
  [1500, 'busy', 'Another installation is running.'],
  [1501, 'registry-access', 'Secured data could not be reached.'],
  [1502, 'privileges', 'The user [2] has begun an installation of the product [3] that has to end first.', 3],
  [1503, 'privileges', 'The user [2] has begun an installation of the product [3].', 3],
  [1601, 'disk-full', 'Disk space is short: volume [2] needs [3] KB and has [4] KB.', 2],
  [1602, 'cancelled', 'The user was asked whether to cancel.'],
  [1603, 'file-in-use', 'The file [2] is held by a running process.', 2],
  [1604, 'older-version-stays', 'The product [2] is installed already.', 2],
  [1606, 'network', 'The network place [2] could not be reached.', 2],
  [1607, 'privileges', 'The sharing of the installer with other users failed.'],
  [1608, 'other-version', 'No compliant product was found.'],
  [1609, 'registry-access', 'Security settings could not be applied: [2] is no user.', 2],
  [1612, 'source-missing', 'The installation source is not available.'],
  [1618, 'busy', 'Another installation is running.'],
  [1620, 'package-unreadable', 'The package could not be opened.'],
  [1625, 'policy', 'A policy forbids this installation.'],
  [1638, 'other-version', 'Another version of the product is installed.'],
  [1702, 'file-in-use', '[2] can be configured only after a restart.', 2],
  [1703, 'file-in-use', 'The configuration of [2] ends with a restart.', 2],
  [1704, 'suspended', 'An installation of [2] is suspended.', 2],
  [1705, 'suspended', 'An earlier installation of this product is still going on.'],
  [1706, 'source-missing', 'No valid source of the package [3] was found.', 3],
  [1709, 'unknown', 'The product [2] reported an error.', 2],
  [1714, 'older-version-stays', 'The older version [2] cannot be removed (error [3]).', 2, 3],
  [1715, 'unknown', '[2] was installed.', 2],
  [1718, 'policy', 'The file [2] was rejected by a digital signature policy.', 2],
  [1719, 'installer-service', 'The Windows Installer service could not be reached.'],
  [1720, 'script', 'The script of custom action [2] failed (error [3], [4]: [5], line [6]).', 2, 3],
  [1721, 'custom-action', 'The program of custom action [2] could not be run ([3], command: [4]).', 2],
  [1722, 'custom-action', 'The program of custom action [2] failed ([3], command: [4]).', 2],
  [1723, 'custom-action', 'The DLL of custom action [2] could not be run (entry [3], library [4]).', 2],
  [1730, 'privileges', 'Only an administrator may remove this product.'],
  [1731, 'source-missing', 'The package of [2] at the source is not the one that was installed.', 2],
  [1732, 'platform', 'The package cannot be installed on this Windows.'],
  [1901, 'file-access', 'The result of a search could not be read: [2].', 2],
  [1904, 'registration', 'The module [2] failed to register ([3]).', 2, 3],
  [1905, 'registration', 'The module [2] failed to unregister ([3]).', 2, 3],
  [1906, 'package', 'The package [2] could not be cached (error [3]).', 2, 3],
  [1907, 'registration', 'The font [2] could not be registered.', 2],
  [1908, 'registration', 'The font [2] could not be unregistered.', 2],
  [1909, 'file-access', 'The shortcut [2] could not be made.', 2],
  [1910, 'file-access', 'The shortcut [2] could not be removed.', 2],
  [1911, 'registration', 'The type library [2] could not be registered.', 2],
  [1912, 'registration', 'The type library [2] could not be unregistered.', 2],
  [1913, 'file-access', 'The .ini file [2][3] could not be updated.', 3],
  [1914, 'file-in-use', '[2] could not be set to replace [3] at the restart (system error [4]).', 3, 4],
  [1915, 'registration', 'The ODBC driver manager could not be removed (ODBC error [2]: [3]).'],
  [1916, 'registration', 'The ODBC driver manager could not be installed (ODBC error [2]: [3]).'],
  [1918, 'registration', 'The ODBC driver [4] could not be installed (ODBC error [2]: [3]).', 4],
  [1919, 'registration', 'The ODBC data source [4] could not be set up (ODBC error [2]: [3]).', 4],
  [1920, 'service-start', 'The service [2] ([3]) did not start.', 3],
  [1921, 'service-stop', 'The service [2] ([3]) could not be stopped.', 3],
  [1922, 'service-install', 'The service [2] ([3]) could not be deleted.', 3],
  [1923, 'service-install', 'The service [2] ([3]) could not be installed.', 3],
  [1924, 'privileges', 'The environment variable [2] could not be set.', 2],
  [1925, 'privileges', 'An installation for all users needs an administrator.'],
  [1926, 'file-access', 'The security of the file [3] could not be set (error [2]).', 3, 2],
  [1927, 'platform', 'COM+ 1.0 is not on this machine.'],
  [1928, 'registration', 'The COM+ application could not be installed.'],
  [1929, 'registration', 'The COM+ application could not be removed.'],
  [1930, 'service-install', 'The description of the service [2] ([3]) could not be changed.', 3],
  [1931, 'protection-refused', 'Windows protects the file [2] (package [3], Windows [4]).', 2],
  [
    1932,
    'protection-refused',
    'Windows protects the file [2] (package [3], Windows [4], SFP error [5]).',
    2,
    5,
  ],
  [1933, 'protection-refused', 'Protected files could not be updated (SFP error [2]): [3].', 3, 2],
  [1934, 'other-version', 'A version for each user is installed.'],
  [1935, 'assembly', 'The assembly of component [2] could not be installed ([3], [4] [5]).', 2, 3],
  [1936, 'assembly', 'The assembly [6] is not strongly named, or signed with too short a key ([3]).', 6, 3],
  [1937, 'assembly', 'The signature or catalog of the assembly [6] is not valid ([3]).', 6, 3],
  [1938, 'assembly', 'Modules of the assembly [6] are missing ([3]).', 6, 3],
  [1939, 'service-install', 'The service [2] ([3]) could not be configured.', 3],
  [2203, 'package-unreadable', 'The database [2] could not be opened (system error [3]).', 2, 3],
  [2318, 'file-access', 'There is no file [2].', 2],
  [2343, 'path', 'A path is empty.'],
  [2350, 'cabinet-damaged', 'A cabinet could not be unpacked.'],
  [2352, 'cabinet-damaged', 'The cabinet [2] could not be started.', 2],
  [2502, 'temporary-folder', 'The removal was begun while no installation was in progress (error 2502).'],
  [2503, 'temporary-folder', 'The installation was ended while none was in progress (error 2503).'],
  [2711, 'wrong-name', 'The feature [2] is not in the package.', 2],
  [2738, 'script', 'The VBScript engine for custom action [2] is not registered.', 2],
  [2739, 'script', 'The JScript engine for custom action [2] is not registered.', 2],
  [2753, 'package', 'The file [2] of a custom action is not marked for installation.', 2],
  [2755, 'package-unreadable', 'The service could not take over the package [3] (system error [2]).', 3, 2],
  [2762, 'package', 'An operation was scheduled outside of the script.'],
  [2769, 'custom-action', 'Custom action [2] left [3] handles open.', 2],
  [2771, 'package', 'The package asked for something that is missing: [2].', 2],
  [2803, 'package', 'A dialog of the package is missing.'],
  [2869, 'privileges', 'The dialog [2] failed, as it does where the installation is not elevated.', 2],
  [2878, 'package', 'A dialog of the package is wrong: [2].', 2],
];

const catalogue: ReadonlyMap<number, InstallerError> = new Map(
  entries.map(([code, cause, text, subject, system]) => [
    code,
    {
      text,
      cause,
      ...(subject === undefined ? {} : { subject }),
      ...(system === undefined ? {} : { system }),
    },
  ]),
);

export const installerErrorCodes: readonly number[] = [...catalogue.keys()];

export function installerError(code: number): InstallerError | undefined {
  return catalogue.get(code);
}

/** Numbers of the values that a template wants. */
export function wantedValues(template: string): readonly number[] {
  return [...template.matchAll(/\[(\d{1,2})\]/g)].map(([, digits]) => Number(digits));
}

/** The values in a text of ours, the inverse of `formatInstallerError`; none where it is another text. */
export function valuesInText(code: number, text: string): readonly string[] {
  const template = installerError(code)?.text ?? '';
  const literals = template.split(/\[\d{1,2}\]/);
  const values: string[] = [];
  let position = literals[0]?.length ?? 0;
  if (!text.startsWith(literals[0] ?? '') || !text.endsWith(literals.at(-1) ?? '')) return [];
  for (const [index, number] of wantedValues(template).entries()) {
    const mark = literals[index + 1] ?? '';
    const last = index === literals.length - 2;
    const end = last ? text.length - mark.length : text.indexOf(mark, position);
    if (end < position) return [];
    values[number - 2] = text.slice(position, end);
    position = end + mark.length;
  }
  return Array.from(values, (value) => value ?? '');
}

/**
 * The text of an error with its values; a value that is missing is empty.
 * @param values [2] and on
 * @param template the package's own text; ours where it has none
 */
export function formatInstallerError(code: number, values: readonly string[], template?: string): string {
  const text =
    template ?? installerError(code)?.text ?? values.map((_, index) => `[${index + 2}]`).join(', ');
  return text.replace(/\[(\d{1,2})\]/g, (_, digits: string) => values[Number(digits) - 2] ?? '');
}
