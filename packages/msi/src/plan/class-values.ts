/**
 * Registry values of the tables that register classes, file types and type libraries. Sources: "Class Table", "ProgId
 * Table", "Extension Table", "Verb Table", "MIME Table", "AppId Table", "TypeLib Table", learn.microsoft.com.
 */
import type { Cells } from '../product/rows.ts';
import { shortGuid } from './base85.ts';
import { iconFolder } from './cached-package.ts';
import { type ComponentPlan, type Planning, rowsOf } from './context.ts';

/** Below HKEY_CLASSES_ROOT. */
export type ClassValue = {
  readonly key: string;
  readonly name: string;
  readonly text: string;
  /** As a list of one text: what the shell takes for a descriptor of an advertised command. */
  readonly isList?: boolean;
};

/** Values of a row, and the component that brings them. */
export type ClassRow = {
  readonly plan: ComponentPlan;
  readonly row: string;
  readonly values: readonly ClassValue[];
  /** Keys that are the row's alone: they go with everything in them. */
  readonly own: readonly string[];
};

function keyFile({ scene }: Planning, { component }: ComponentPlan): string {
  return component.keyPath.kind === 'file' ? (scene.files.get(component.keyPath.file) ?? '') : '';
}

function iconText(planning: Planning, row: Cells): string | undefined {
  const icon = row.optionalText('Icon_');
  return icon === undefined ? undefined : `${iconFolder(planning)}${icon},${row.number('IconIndex')}`;
}

function value(key: string, name: string, text: string | undefined): readonly ClassValue[] {
  return text === undefined || text === '' ? [] : [{ key, name, text }];
}

function componentIn({ components }: Planning, row: Cells): ComponentPlan | undefined {
  return components.get(row.optionalText('Component_') ?? '');
}

export async function classRows(planning: Planning): Promise<readonly ClassRow[]> {
  const { scene } = planning;
  return (await rowsOf(planning, 'Class', 'CLSID')).flatMap((row) => {
    const plan = componentIn(planning, row);
    if (!plan) return [];
    const id = row.text('CLSID');
    const context = row.text('Context');
    const key = `CLSID\\${id}`;
    const program = keyFile(planning, plan);
    const words = scene.format(row.optionalText('Argument') ?? '');
    const versioned = row.optionalText('ProgId_Default');
    const masks = (row.optionalText('FileTypeMask') ?? '').split(';').filter((mask) => mask !== '');
    const values = [
      ...value(key, '', scene.format(row.optionalText('Description') ?? '')),
      ...value(key, 'AppID', row.optionalText('AppId_')),
      ...value(`${key}\\${context}`, '', words === '' ? program : `${program} ${words}`),
      ...value(`${key}\\InprocHandler32`, '', handlerText(row)),
      ...value(`${key}\\ProgID`, '', versioned),
      ...value(`${key}\\DefaultIcon`, '', iconText(planning, row)),
      ...masks.flatMap((mask, index) => value(`FileType\\${id}\\${index}`, '', mask)),
    ];
    return [{ plan, row: id, values, own: [`${key}\\${context}`] }];
  });
}

function handlerText(row: Cells): string | undefined {
  const handler = row.optionalText('DefInprocHandler');
  const known: Readonly<Record<string, string>> = { '1': 'ole2.dll', '2': 'ole32.dll', '3': 'ole32.dll' };
  return handler === undefined ? undefined : (known[handler] ?? handler);
}

/** A ProgId belongs to the component of its class, or of the class of its parent. */
export async function progIdRows(planning: Planning): Promise<readonly ClassRow[]> {
  const { scene } = planning;
  const rows = await rowsOf(planning, 'ProgId', 'ProgId');
  const byId = new Map(rows.map((row) => [row.key, row]));
  const classes = new Map((await classRows(planning)).map((one) => [one.row, one.plan]));
  const extensions = new Map<string, ComponentPlan>();
  for (const row of await rowsOf(planning, 'Extension', 'Extension')) {
    const plan = componentIn(planning, row);
    const id = row.optionalText('ProgId_');
    if (plan && id !== undefined) extensions.set(id, plan);
  }
  const classOf = (row: Cells | undefined, depth = 0): string | undefined =>
    row === undefined || depth > 8
      ? undefined
      : (row.optionalText('Class_') ?? classOf(byId.get(row.optionalText('ProgId_Parent') ?? ''), depth + 1));
  return rows.flatMap((row) => {
    const id = row.key;
    const owner = classOf(row);
    const plan = (owner === undefined ? undefined : classes.get(owner)) ?? extensions.get(id);
    if (!plan) return [];
    const parent = row.optionalText('ProgId_Parent');
    const values = [
      ...value(id, '', scene.format(row.optionalText('Description') ?? '')),
      ...value(`${id}\\CLSID`, '', owner),
      ...value(`${id}\\DefaultIcon`, '', iconText(planning, row)),
      ...(parent === undefined ? [] : value(`${id}\\CurVer`, '', parent)),
      ...(parent === undefined || owner === undefined
        ? []
        : value(`CLSID\\${owner}\\VersionIndependentProgID`, '', id)),
    ];
    return [{ plan, row: id, values, own: [] }];
  });
}

/** What the installer finds product, feature and component of a command by. */
export function advertised({ productCode }: Planning, feature: string, { component }: ComponentPlan): string {
  return `${shortGuid(productCode) ?? ''}${feature}>${shortGuid(component.componentId ?? '') ?? ''}`;
}

export async function extensionRows(planning: Planning): Promise<readonly ClassRow[]> {
  const { scene } = planning;
  const verbs = await rowsOf(planning, 'Verb', 'Extension_');
  return (await rowsOf(planning, 'Extension', 'Extension')).flatMap((row) => {
    const plan = componentIn(planning, row);
    if (!plan) return [];
    const program = keyFile(planning, plan);
    const progId = row.optionalText('ProgId_');
    const shell = progId ?? `.${row.key}`;
    const descriptor = advertised(planning, row.text('Feature_'), plan);
    const commands = verbs
      .filter((verb) => verb.key === row.key)
      .flatMap((verb) => {
        const key = `${shell}\\shell\\${verb.text('Verb')}`;
        const words = scene.format(verb.optionalText('Argument') ?? '');
        return [
          ...value(key, '', scene.format(verb.optionalText('Command') ?? '')),
          ...value(`${key}\\command`, '', words === '' ? `"${program}"` : `"${program}" ${words}`),
          { key: `${key}\\command`, name: 'command', text: `${descriptor} ${words}`.trimEnd(), isList: true },
        ];
      });
    const values = [
      ...value(`.${row.key}`, '', progId),
      ...value(`.${row.key}`, 'Content Type', row.optionalText('MIME_')),
      ...commands,
    ];
    return [{ plan, row: row.key, values, own: [] }];
  });
}

/** A type of content belongs to the component of its extension. */
export async function mimeRows(planning: Planning): Promise<readonly ClassRow[]> {
  const extensions = new Map((await rowsOf(planning, 'Extension', 'Extension')).map((row) => [row.key, row]));
  return (await rowsOf(planning, 'MIME', 'ContentType')).flatMap((row) => {
    const extension = row.text('Extension_');
    const owner = extensions.get(extension);
    const plan = owner && componentIn(planning, owner);
    if (!plan) return [];
    const key = `MIME\\Database\\Content Type\\${row.key}`;
    const values = [
      ...value(key, 'Extension', `.${extension}`),
      ...value(key, 'CLSID', row.optionalText('CLSID')),
    ];
    return [{ plan, row: row.key, values, own: [] }];
  });
}

/** An application id belongs to the component of a class that names it. */
export async function appIdRows(planning: Planning): Promise<readonly ClassRow[]> {
  const { scene } = planning;
  const owners = new Map<string, ComponentPlan>();
  for (const row of await rowsOf(planning, 'Class', 'CLSID')) {
    const plan = componentIn(planning, row);
    const id = row.optionalText('AppId_');
    if (plan && id !== undefined && owners.get(id)?.action !== 'local') owners.set(id, plan);
  }
  const texts = { RemoteServerName: '', LocalService: '', ServiceParameters: '', DllSurrogate: '' };
  return (await rowsOf(planning, 'AppId', 'AppId')).flatMap((row) => {
    const plan = owners.get(row.key);
    if (!plan) return [];
    const key = `AppID\\${row.key}`;
    const values = [
      ...Object.keys(texts).flatMap((name) => value(key, name, scene.format(row.optionalText(name) ?? ''))),
      ...value(key, 'ActivateAtStorage', row.number('ActivateAtStorage') === 1 ? 'Y' : undefined),
      ...value(key, 'RunAs', row.number('RunAsInteractiveUser') === 1 ? 'Interactive User' : undefined),
    ];
    return [{ plan, row: row.key, values, own: [] }];
  });
}

export async function typeLibraryRows(planning: Planning): Promise<readonly ClassRow[]> {
  const { scene } = planning;
  return (await rowsOf(planning, 'TypeLib', 'LibID')).flatMap((row) => {
    const plan = componentIn(planning, row);
    if (!plan) return [];
    const version = row.number('Version');
    const key = `TypeLib\\${row.text('LibID')}\\${((version >>> 8) & 0xffff).toString(16)}.${(version & 0xff).toString(16)}`;
    const platform = (plan.component.attributes & 256) !== 0 ? 'win64' : 'win32';
    const language = row.number('Language').toString(16);
    const values = [
      ...value(key, '', scene.format(row.optionalText('Description') ?? '')),
      ...value(`${key}\\${language}\\${platform}`, '', keyFile(planning, plan)),
      ...value(`${key}\\FLAGS`, '', '0'),
      ...value(`${key}\\HELPDIR`, '', scene.property(row.optionalText('Directory_') ?? '')),
    ];
    return [{ plan, row: row.key, values, own: [] }];
  });
}
