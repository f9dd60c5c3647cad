/** What a plan is asked about: the command lines that a package's programs have, and the machine that they meet. */
import type {
  InstallerDescription,
  InstallerPlanMachine,
  InstallerPlanQuestion,
  Program,
} from '@holdfast/contract/web';

export type CommandName = 'install' | 'repair' | 'uninstall';

export const commandNames: readonly (readonly [CommandName, string])[] = [
  ['install', 'Install'],
  ['repair', 'Repair'],
  ['uninstall', 'Uninstall'],
];

/** A program whose lines can be taken, by a name to choose it by. */
export type Lines = { readonly name: string } & { readonly [name in CommandName]: string };

const runsMsiexec = (line: string | undefined): line is string =>
  line !== undefined && /(?:^|[\s"\\/])msiexec(?:\.exe)?(?:["\s]|$)/i.test(line);

/** Of the programs of the package that run msiexec, then those that follow from the .msi itself. */
export function linesOf(found: InstallerDescription, programs: readonly Program[]): readonly Lines[] {
  const derived = found.software?.program;
  const path = found.path.replaceAll('/', '\\');
  const fallback = {
    install: derived?.install ?? `msiexec /i "{content}\\${path}" /qn`,
    repair: derived?.repair ?? `msiexec /i "{content}\\${path}" REINSTALLMODE=vmeus REINSTALL=ALL /qn`,
    uninstall: derived?.uninstall ?? `msiexec /x "{content}\\${path}" /qn`,
  };
  const own = programs
    .filter(({ install }) => runsMsiexec(install) && install.toLowerCase().includes(path.toLowerCase()))
    .map(
      ({ name, install, repair, uninstall }): Lines => ({
        name,
        install,
        repair: runsMsiexec(repair) ? repair : fallback.repair,
        uninstall: runsMsiexec(uninstall) ? uninstall : fallback.uninstall,
      }),
    );
  return own.length > 0 ? own : [{ name: 'derived from the package', ...fallback }];
}

export type MachineState = 'empty' | 'installed' | 'damaged' | 'other';

export const machineStates: readonly (readonly [MachineState, string])[] = [
  ['empty', 'Nothing installed'],
  ['installed', 'Installed and whole'],
  ['damaged', 'Installed, with damage'],
  ['other', 'Another version installed'],
];

export type Damage = 'missing' | 'changed' | 'newer';

export const damages: readonly (readonly [Damage, string, string])[] = [
  ['missing', 'Files are missing', 'Somebody removed them.'],
  ['changed', 'Files were changed', 'Other content in the same version, modified after the installation.'],
  [
    'newer',
    'Files are newer',
    'Their version is higher than the package’s. Files without a version stay whole.',
  ],
];

/** A file that can be damaged, or a package that holds another version. */
export type Choice = { readonly value: string; readonly label: string };

/** What is in the form. Files by damage: undefined where it did not happen, none chosen for every file. */
export type Draft = {
  readonly program: number;
  readonly command: string;
  readonly state: MachineState;
  /** The package that the machine was installed from. */
  readonly other: Choice | undefined;
  readonly files: { readonly [damage in Damage]: readonly Choice[] | undefined };
};

export const whole: Draft['files'] = { missing: undefined, changed: undefined, newer: undefined };

function machineOf({ state, files, other }: Draft, install: string): InstallerPlanMachine {
  if (state === 'empty') return { state: 'empty' };
  if (state === 'other' && other !== undefined) return { state: 'other', packageId: other.value };
  const chosen = damages.flatMap(([damage]) => {
    const names = files[damage];
    if (state !== 'damaged' || names === undefined) return [];
    return [[damage, names.length === 0 ? 'all' : names.map(({ value }) => value)]];
  });
  return { state: 'installed', command: install, ...Object.fromEntries(chosen) };
}

/** Whether everything is said that the site has to know. */
export const isWhole = ({ command, state, other }: Draft): boolean =>
  command.trim() !== '' && (state !== 'other' || other !== undefined);

export function questionOf(draft: Draft, lines: Lines): Omit<InstallerPlanQuestion, 'path'> {
  return { command: draft.command.trim(), machine: machineOf(draft, lines.install) };
}
