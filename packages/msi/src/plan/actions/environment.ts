/** WriteEnvironmentStrings and RemoveEnvironmentStrings. Source: "Environment Table", the marks before names. */
import type { RegistryData } from '../../root/data.ts';
import type { RegistryPlace } from '../../root/registry.ts';
import { because, type ComponentPlan, componentOf, type Planning, rowsOf } from '../context.ts';

type Variable = {
  readonly name: string;
  readonly place: RegistryPlace;
  /** `=` sets, `+` sets only where there is none. */
  readonly sets: '=' | '+' | '';
  /** `-` takes it away with the component, `!` takes it away when it is installed. */
  readonly removes: '-' | '!' | '';
  readonly value: string;
  /** Where the old value stays: our text comes behind, in front of it, or instead. */
  readonly keeps: 'front' | 'end' | 'none';
};

function variableOf({ scene }: Planning, stored: string, formatted: string): Variable {
  const marks = /^[=+\-!*]*/.exec(stored)?.[0] ?? '';
  const [front, end] = [formatted.startsWith('\0'), formatted.endsWith('\0')];
  const place: RegistryPlace = marks.includes('*')
    ? { hive: 'HKLM', key: 'System\\CurrentControlSet\\Control\\Session Manager\\Environment', view: '64' }
    : { hive: 'HKCU', key: 'Environment', view: '64' };
  return {
    name: scene.format(stored.slice(marks.length)),
    place,
    sets: marks.includes('+') ? '+' : marks.includes('=') || !marks.includes('!') ? '=' : '',
    removes: marks.includes('!') ? '!' : marks.includes('-') ? '-' : '',
    // The separator is the character beside the mark.
    value: formatted.replaceAll('\0', ''),
    keeps: front ? 'front' : end ? 'end' : 'none',
  };
}

function textIn(data: RegistryData | undefined): string | undefined {
  return data?.kind === 'text' || data?.kind === 'expandable' ? data.text : undefined;
}

/** A variable keeps its type. */
function dataOf(text: string, existing: RegistryData | undefined): RegistryData {
  return { kind: existing?.kind === 'expandable' ? 'expandable' : 'text', text };
}

/** Our part without the separator that joins it to the old value. */
function ownPart({ value, keeps }: Variable): { readonly separator: string; readonly own: string } {
  if (keeps === 'front') return { separator: value.charAt(0), own: value.slice(1) };
  if (keeps === 'end') return { separator: value.slice(-1), own: value.slice(0, -1) };
  return { separator: ';', own: value };
}

function parts(text: string, separator: string): readonly string[] {
  return text.split(separator).filter((part) => part !== '');
}

function joined(variable: Variable, existing: string | undefined): string {
  const { separator, own } = ownPart(variable);
  if (variable.keeps === 'none' || existing === undefined || existing === '') return own;
  if (parts(existing, separator).some((part) => part.toLowerCase() === own.toLowerCase())) return existing;
  return variable.keeps === 'front' ? `${existing}${separator}${own}` : `${own}${separator}${existing}`;
}

async function eachVariable(
  planning: Planning,
  state: 'local' | 'absent',
  use: (variable: Variable, plan: ComponentPlan) => void,
): Promise<void> {
  for (const row of await rowsOf(planning, 'Environment', 'Environment')) {
    const plan = componentOf(planning, row, state);
    if (plan)
      use(
        variableOf(planning, row.text('Name'), planning.scene.format(row.optionalText('Value') ?? '')),
        plan,
      );
  }
}

export async function writeEnvironment(planning: Planning, action: string): Promise<void> {
  const { draft } = planning;
  await eachVariable(planning, 'local', (variable, plan) => {
    const existing = draft.registry.value(variable.place, variable.name);
    const why = because(action, plan, `the variable ${variable.name}`);
    if (variable.removes === '!') draft.clear(variable.place, variable.name, why);
    else if (variable.sets === '=' || existing === undefined) {
      const text = joined(variable, textIn(existing));
      draft.set(variable.place, variable.name, dataOf(text, existing), why);
    }
  });
}

export async function removeEnvironment(planning: Planning, action: string): Promise<void> {
  const { draft } = planning;
  await eachVariable(planning, 'absent', (variable, plan) => {
    const existing = draft.registry.value(variable.place, variable.name);
    const text = textIn(existing);
    if (variable.removes !== '-' || text === undefined) return;
    const why = because(action, plan, `the variable ${variable.name}`);
    const { separator, own } = ownPart(variable);
    const rest = text.split(separator).filter((part) => part.toLowerCase() !== own.toLowerCase());
    if (variable.keeps === 'none') {
      if (text === own) draft.clear(variable.place, variable.name, why);
    } else if (rest.length === 0) draft.clear(variable.place, variable.name, why);
    else draft.set(variable.place, variable.name, dataOf(rest.join(separator), existing), why);
  });
}
