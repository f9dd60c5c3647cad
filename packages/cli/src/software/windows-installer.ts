/** The program of a Windows Installer package: the three command lines that every administrator knows. */
import { HoldfastError, MsiRule, type ProgramCreate } from '@holdfast/contract';
import { Compile } from 'typebox/compile';

const rule = Compile(MsiRule);

/**
 * Install, repair and uninstall of an .msi, each with a log. The repair line is the one of KB829810.
 * @throws HoldfastError `request.invalid` where the product code is none
 */
export function installerProgram(file: string, productCode: string): ProgramCreate {
  const detected = { kind: 'msi', productCode: productCode.toUpperCase() };
  if (!rule.Check(detected)) {
    throw new HoldfastError(
      'request.invalid',
      `${productCode} is not a product code like {A2A3B4C5-0000-4000-8000-0123456789AB}.`,
    );
  }
  return {
    name: 'install',
    platform: 'windows',
    install: `msiexec /i "{content}\\${file}" /qn /L*v "{log}"`,
    repair: `msiexec /I "{content}\\${file}" /L*v "{log}" REINSTALLMODE=vmeus REINSTALL=ALL /qn`,
    uninstall: `msiexec /x ${detected.productCode} /qn /L*v "{log}"`,
    detection: [detected],
    exitCodes: [],
    maxRunMinutes: 120,
  };
}
