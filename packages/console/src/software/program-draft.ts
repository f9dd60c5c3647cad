/** A program while it is being written in the form, and the definition that it becomes. */
import {
  type DetectionRule,
  type ExitCodeTable,
  type ExitMeaning,
  FileRule,
  MsiRule,
  PackageManagerRule,
  type Platform,
  type ProgramCreate,
} from '@holdfast/contract/web';
import { patternOf } from '../parts/limits.ts';

/** Every field that any kind of rule has, as text; `kind` says which of them count. */
export type RuleDraft = {
  key: string;
  kind: DetectionRule['kind'];
  path: string;
  sha256: string;
  minimumVersion: string;
  hive: 'HKLM' | 'HKCU';
  registryKey: string;
  valueName: string;
  value: string;
  view: '64' | '32';
  packageName: string;
  packageVersion: string;
  productCode: string;
};

export type ExitDraft = { key: string; code: number | string; meaning: ExitMeaning };

export type ProgramDraft = {
  name: string;
  platform: Platform;
  install: string;
  repair: string;
  uninstall: string;
  maxRunMinutes: number | string;
  rules: RuleDraft[];
  exitCodes: ExitDraft[];
};

/** Minutes: the field's default. */
const defaultRunMinutes = 120;

let lastKey = 0;
/** A key for a row of the form; it means nothing outside of it. */
export function rowKey(): string {
  lastKey += 1;
  return `row-${lastKey}`;
}

export function emptyRule(kind: RuleDraft['kind']): RuleDraft {
  return {
    key: rowKey(),
    kind,
    path: '',
    sha256: '',
    minimumVersion: '',
    hive: 'HKLM',
    registryKey: '',
    valueName: '',
    value: '',
    view: '64',
    packageName: '',
    packageVersion: '',
    productCode: '',
  };
}

/** A first suggestion from what the package holds: the administrator reads and corrects it. */
export function suggestProgram(paths: readonly string[]): ProgramDraft {
  const msi = paths.find((path) => /\.msi$/i.test(path));
  const deb = paths.find((path) => /\.deb$/i.test(path));
  const base = {
    name: 'Install',
    maxRunMinutes: defaultRunMinutes,
    exitCodes: [],
    repair: '',
    uninstall: '',
  };
  if (msi !== undefined) {
    const file = `"{content}\\${msi.replaceAll('/', '\\')}"`;
    return {
      ...base,
      platform: 'windows',
      install: `msiexec /i ${file} /qn /norestart /L*v "{log}"`,
      repair: `msiexec /I ${file} /qn /norestart /L*v "{log}" REINSTALLMODE=vmeus REINSTALL=ALL`,
      uninstall: `msiexec /x ${file} /qn /norestart /L*v "{log}"`,
      rules: [emptyRule('msi')],
    };
  }
  if (deb !== undefined) {
    const name = deb.slice(deb.lastIndexOf('/') + 1).split('_')[0] ?? '';
    return {
      ...base,
      platform: 'linux',
      install: `dpkg --root={root} --force-not-root -i "{content}/${deb}"`,
      uninstall: `dpkg --root={root} --force-not-root -r ${name}`,
      rules: [{ ...emptyRule('package'), packageName: name }],
    };
  }
  return { ...base, platform: 'linux', install: '', rules: [emptyRule('file')] };
}

const matches = (schema: object, text: string) => patternOf(schema).test(text);

/** What is wrong with a rule: messages by field. The patterns are the contract's. */
export function ruleErrors(rule: RuleDraft): Partial<Record<keyof RuleDraft, string>> {
  switch (rule.kind) {
    case 'file':
      return {
        ...(rule.path.trim() === '' ? { path: 'Enter the full path on the client' } : {}),
        ...(rule.sha256 !== '' && !matches(FileRule.properties.sha256, rule.sha256)
          ? { sha256: '64 lower-case hexadecimal characters' }
          : {}),
        ...(rule.minimumVersion !== '' && !matches(FileRule.properties.minimumVersion, rule.minimumVersion)
          ? { minimumVersion: 'Up to four numbers with dots, such as 1.2.3.4' }
          : {}),
      };
    case 'registry':
      return rule.registryKey.trim() === '' ? { registryKey: 'Enter the key below the hive' } : {};
    case 'package':
      return matches(PackageManagerRule.properties.name, rule.packageName)
        ? {}
        : { packageName: 'The name of a Debian package: lower-case letters, digits, + - .' };
    case 'msi':
      return matches(MsiRule.properties.productCode, rule.productCode)
        ? {}
        : { productCode: 'As in {00000000-0000-0000-0000-000000000000}, upper case' };
  }
}

/** A command is one line, however the field has wrapped it. */
const oneLine = (text: string) => text.trim().replace(/\s*\n\s*/g, ' ');

const given = <K extends string>(name: K, value: string) =>
  (value.trim() === '' ? {} : { [name]: value.trim() }) as Partial<Record<K, string>>;

function ruleOf(rule: RuleDraft): DetectionRule {
  switch (rule.kind) {
    case 'file':
      return {
        kind: 'file',
        path: rule.path.trim(),
        ...given('sha256', rule.sha256),
        ...given('minimumVersion', rule.minimumVersion),
      };
    case 'registry':
      return {
        kind: 'registry',
        hive: rule.hive,
        key: rule.registryKey.trim(),
        name: rule.valueName,
        view: rule.view,
        ...given('value', rule.value),
      };
    case 'package':
      return {
        kind: 'package',
        manager: 'dpkg',
        name: rule.packageName,
        ...given('version', rule.packageVersion),
      };
    case 'msi':
      return { kind: 'msi', productCode: rule.productCode };
  }
}

/** The definition that a form without errors stands for. */
export function programOf(draft: ProgramDraft): ProgramCreate {
  const exitCodes: ExitCodeTable = draft.exitCodes.map(({ code, meaning }) => ({
    code: Number(code),
    meaning,
  }));
  return {
    name: draft.name.trim(),
    platform: draft.platform,
    install: oneLine(draft.install),
    ...given('repair', oneLine(draft.repair)),
    ...given('uninstall', oneLine(draft.uninstall)),
    detection: draft.rules.map(ruleOf),
    exitCodes,
    maxRunMinutes: Number(draft.maxRunMinutes),
  };
}
