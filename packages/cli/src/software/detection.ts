/** Detection rules and exit codes as words on the command line. */
import {
  type DetectionRule,
  DetectionRule as DetectionRuleSchema,
  ExitMeaning,
  HoldfastError,
  type ProgramCreate,
} from '@holdfast/contract';
import { Compile } from 'typebox/compile';

const rule = Compile(DetectionRuleSchema);
const exitMeaning = Compile(ExitMeaning);

function checked(candidate: unknown, words: string): DetectionRule {
  if (rule.Check(candidate)) return candidate;
  throw new HoldfastError(
    'request.invalid',
    `"${words}" is not a detection rule; --help shows how to write one.`,
  );
}

/** Splits at the last `separator`; the whole is the first part where there is none. */
function split(words: string, separator: string): [string, string | undefined] {
  const at = words.lastIndexOf(separator);
  return at < 0 ? [words, undefined] : [words.slice(0, at), words.slice(at + separator.length)];
}

/** `/opt/x/bin/x`, `C:\x.exe,version=1.2`, `/opt/x,sha256=...`. */
export function fileRule(words: string): DetectionRule {
  const [path, sha256] = split(words, ',sha256=');
  if (sha256 !== undefined) return checked({ kind: 'file', path, sha256 }, words);
  const [file, minimumVersion] = split(words, ',version=');
  return checked(
    { kind: 'file', path: file, ...(minimumVersion === undefined ? {} : { minimumVersion }) },
    words,
  );
}

/** `name` or `name=version`. */
export function dpkgRule(words: string): DetectionRule {
  const [, name, version] = /^([^=]*)(?:=(.*))?$/.exec(words) ?? [];
  return checked(
    { kind: 'package', manager: 'dpkg', name, ...(version === undefined ? {} : { version }) },
    words,
  );
}

export function msiRule(words: string): DetectionRule {
  return checked({ kind: 'msi', productCode: words.toUpperCase() }, words);
}

/** `HKLM\Software\Maker\Product\Name` or the same with `=value`; a trailing `\` means the default value. */
export function registryRule(words: string): DetectionRule {
  const equals = words.indexOf('=');
  const [place, value] = equals < 0 ? [words, undefined] : [words.slice(0, equals), words.slice(equals + 1)];
  const [, hive, key, name] = /^(HKLM|HKCU)\\(.+)\\([^\\]*)$/.exec(place) ?? [];
  return checked({ kind: 'registry', hive, key, name, ...(value === undefined ? {} : { value }) }, words);
}

/** `3010=reboot-required`. */
export function exitCode(words: string): ProgramCreate['exitCodes'][number] {
  const [, code, meaning] = /^(-?\d{1,10})=(.+)$/.exec(words) ?? [];
  if (code === undefined || !exitMeaning.Check(meaning)) {
    throw new HoldfastError(
      'request.invalid',
      `"${words}" is not an exit code: write 3010=reboot-required (or success, reboot-started, busy, failure).`,
    );
  }
  return { code: Number(code), meaning };
}
