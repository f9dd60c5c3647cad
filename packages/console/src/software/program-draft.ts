/** A program while it is being written in the form, and the definition that it becomes. */
import {
  type DetectionRule,
  type ExitCodeTable,
  type ExitMeaning,
  FileRule,
  isInstallerPath,
  MsiRule,
  PackageManagerRule,
  type Platform,
  type ProgramCreate,
} from '@holdfast/contract/web';
import { patternOf } from '../parts/limits.ts';
import { type GateDraft, gateDraft, gateOf } from './gate-draft.ts';
import { rowKey } from './row-key.ts';

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
  productVersion: string;
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
  gates: GateDraft[];
};

/** Minutes: the field's default. */
const defaultRunMinutes = 120;

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
    productVersion: '',
  };
}

/** The .msi that a package is most likely made for: the one that lies highest, by name where there are several. */
export function mainInstaller(paths: readonly string[]): string | undefined {
  const depth = (path: string) => path.split('/').length;
  return paths
    .filter(isInstallerPath)
    .toSorted((one, other) => depth(one) - depth(other) || one.localeCompare(other))[0];
}

/** A first suggestion from what the package holds; of an .msi the site knows more, from the package itself. */
export function suggestProgram(paths: readonly string[]): ProgramDraft {
  const deb = paths.find((path) => /\.deb$/i.test(path));
  const base = {
    name: 'Install',
    maxRunMinutes: defaultRunMinutes,
    exitCodes: [],
    gates: [],
    repair: '',
    uninstall: '',
  };
  if (paths.some(isInstallerPath)) {
    return { ...base, platform: 'windows', install: '', rules: [emptyRule('msi')] };
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
      return {
        ...(matches(MsiRule.properties.productCode, rule.productCode)
          ? {}
          : { productCode: 'As in {00000000-0000-0000-0000-000000000000}, upper case' }),
        ...(rule.productVersion !== '' && !matches(MsiRule.properties.minimumVersion, rule.productVersion)
          ? { productVersion: 'Up to four numbers with dots, such as 1.2.3.4' }
          : {}),
      };
  }
}

function ruleDraft(rule: DetectionRule): RuleDraft {
  const draft = emptyRule(rule.kind);
  switch (rule.kind) {
    case 'file': {
      const { path, sha256 = '', minimumVersion = '' } = rule;
      return { ...draft, path, sha256, minimumVersion };
    }
    case 'registry': {
      const { hive, key, name, value = '', view = '64' } = rule;
      return { ...draft, hive, registryKey: key, valueName: name, value, view };
    }
    case 'package':
      return { ...draft, packageName: rule.name, packageVersion: rule.version ?? '' };
    case 'msi':
      return { ...draft, productCode: rule.productCode, productVersion: rule.minimumVersion ?? '' };
  }
}

/** A program that somebody else has written, to be read and corrected in the form. */
export function draftOf(program: ProgramCreate): ProgramDraft {
  return {
    name: program.name,
    platform: program.platform,
    install: program.install,
    repair: program.repair ?? '',
    uninstall: program.uninstall ?? '',
    maxRunMinutes: program.maxRunMinutes,
    rules: program.detection.map(ruleDraft),
    exitCodes: program.exitCodes.map(({ code, meaning }) => ({ key: rowKey(), code, meaning })),
    gates: (program.gates ?? []).map(gateDraft),
  };
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
      return {
        kind: 'msi',
        productCode: rule.productCode,
        ...given('minimumVersion', rule.productVersion),
      };
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
    ...(draft.gates.length === 0 ? {} : { gates: draft.gates.map(gateOf) }),
  };
}
