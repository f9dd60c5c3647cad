/** The verbs that judge a package: against a machine, against another package, and before a command runs. */
import type { Command } from 'commander';
import type { Surroundings } from '../../terminal.ts';
import { argument, localVerb, runLocal } from '../verb.ts';
import { detect } from './detect.ts';
import { diff } from './diff.ts';
import { foreseeCommand } from './foresee.ts';
import { withTransforms } from './transform-option.ts';
import { verifyPackage } from './verify.ts';

export function judgingVerbs(msi: Command, surroundings: Surroundings): void {
  const aboutVerify = localVerb(
    msi,
    'verify <package> [properties...]',
    'what on a Windows differs from the package, per component, and why; exit code 1 where something does',
    [
      'msi verify putty-0.68-installer.msi --root ~/.wine',
      'msi verify product.msi --root /mnt/windows INSTALLDIR=D:\\Tools --json',
    ],
  ).option(
    '--root <folder>',
    'a folder with drive_c, system.reg and user.reg in it, as Wine keeps a Windows',
  );
  runLocal(withTransforms(aboutVerify), surroundings, (session, values, options) =>
    verifyPackage(session, argument(values, 0), values.slice(1), options),
  );

  const aboutPlan = localVerb(
    msi,
    'plan <package> [properties...]',
    'what msiexec would do on a Windows, step by step, with the rule for every file; nothing is changed',
    [
      'msi plan putty-0.68-installer.msi --root ~/.wine',
      'msi plan putty-0.68-installer.msi --root ~/.wine REINSTALL=ALL REINSTALLMODE=vmeus',
      'msi plan putty-0.68-installer.msi --root ~/.wine REMOVE=ALL --json',
    ],
  ).option(
    '--root <folder>',
    'a folder with drive_c, system.reg and user.reg in it, as Wine keeps a Windows',
  );
  runLocal(aboutPlan, surroundings, async (session, values, options) => {
    // Planning knows all of the installer; the other verbs are quicker without it.
    const { planVerb } = await import('./plan.ts');
    await planVerb(session, argument(values, 0), values.slice(1), options);
  });

  const aboutDetect = localVerb(
    msi,
    'detect <package>',
    'name, version and features, and the program with its detection rules, as the site fills them in',
    ['msi detect putty-0.68-installer.msi', 'msi detect putty-0.68-installer.msi --json'],
  );
  runLocal(withTransforms(aboutDetect), surroundings, (session, values, options) =>
    detect(session, argument(values, 0), options),
  );

  const aboutDiff = localVerb(
    msi,
    'diff <before> <after>',
    'how two packages differ, and which upgrade that makes; exit code 1 where they do',
    ['msi diff tool-1.0.msi tool-1.1.msi', 'msi diff tool-1.0.msi tool-1.1.msi --tables'],
  ).option('--tables', 'show the rows of all tables that differ');
  runLocal(aboutDiff, surroundings, (session, values, options) =>
    diff(session, argument(values, 0), argument(values, 1), options),
  );

  const aboutForesee = localVerb(
    msi,
    'foresee <package> <command...>',
    'whether a command line of msiexec can change anything; exit code 1 where it cannot',
    [
      'msi foresee putty.msi --installed none -- msiexec /i putty.msi REINSTALL=ALL',
      'msi foresee putty.msi --installed "{55717628-7AE6-4BCF-A046-FA2768945E76},0.67" -- msiexec /i putty.msi',
    ],
  ).option('--installed <product>', 'none, a product code, or code,version', 'none');
  runLocal(aboutForesee, surroundings, (session, values, options) =>
    foreseeCommand(session, argument(values, 0), values.slice(1), options),
  );
}
