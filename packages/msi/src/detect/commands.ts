/** The command lines of an .msi that every administrator knows, in the words of msiexec. */
import { HoldfastError } from '@holdfast/contract';

export type InstallerCommands = {
  readonly install: string;
  readonly repair: string;
  readonly uninstall: string;
};

/** As a command line and the contract's paths can hold it: one plain name, without a variable of command lines. */
const fileNameShape = /^(?!\.{1,2}$)(?!.*\{(?:content|root|log)\})[^\\/:*?"<>|\p{Cc}]{1,255}$/u;

export const productCodeShape = /^\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}$/;

/**
 * Install, repair and uninstall, silent, each with its own log. The repair line is the one of KB829810: `v` takes the
 * package anew from the source, `m` and `u` write the registry, `e` every file that is not newer, `s` the shortcuts. It
 * is `/I` with properties and not `/f`, which ignores properties (learn.microsoft.com, "Command-Line Options").
 *
 * @param file name of the package inside the content, without a folder
 * @param properties of the install line, `NAME=value`, each one word
 * @throws HoldfastError `request.invalid` where a command line cannot hold the name or the code
 */
export function installerCommands(
  file: string,
  productCode: string,
  properties: readonly string[] = [],
): InstallerCommands {
  if (!fileNameShape.test(file)) {
    throw new HoldfastError('request.invalid', 'The name of the package cannot stand in a command line.', {
      details: { file: file.slice(0, 200) },
    });
  }
  if (!productCodeShape.test(productCode)) {
    throw new HoldfastError(
      'request.invalid',
      `${productCode.slice(0, 60)} is not a product code like {A2A3B4C5-0000-4000-8000-0123456789AB}.`,
    );
  }
  const added = properties.map((property) => ` ${property}`).join('');
  return {
    install: `msiexec /i "{content}\\${file}" /qn /norestart /L*v "{log}"${added}`,
    repair: `msiexec /I "{content}\\${file}" /L*v "{log}" REINSTALLMODE=vmeus REINSTALL=ALL /qn /norestart`,
    uninstall: `msiexec /x ${productCode} /qn /norestart /L*v "{log}"`,
  };
}
