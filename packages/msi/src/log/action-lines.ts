/** Lines that tell what is being done: actions, operations of a script, files, rollback. */
import { actionAtWork, containers, type Draft, limits, safeText } from './draft.ts';
import type { At, LineRule } from './line-rule.ts';

export function ended(draft: Draft, [action = '', digits = '']: readonly string[], at: At): void {
  const value = Number(digits);
  if (containers.has(action)) draft.top = value;
  if (value === 3 && draft.failure === undefined) {
    const failing = draft.action === action ? actionAtWork(draft) : action;
    const known = containers.has(failing ?? '') ? undefined : failing;
    draft.failure = { action: known, evidence: at(), errors: draft.errors.length };
  }
  if (value === 2) draft.cancelled ??= at();
  // Wine says 0 of an action that failed, and also of one that it passed over: the last before the whole tells.
  if (draft.writer === 'wine' && value === 0) {
    if (containers.has(action)) {
      const { zero } = draft;
      draft.failure ??= {
        action: zero?.action,
        evidence: zero?.evidence ?? at(),
        errors: draft.errors.length,
      };
    } else draft.zero = { action, evidence: at() };
  } else if (value !== 0) draft.zero = undefined;
}

function operation(draft: Draft, [name = '', values = '']: readonly string[]): void {
  const value = (key: string) => {
    const start = values.indexOf(`${key}=`);
    if (start === -1) return undefined;
    const end = values.indexOf(',', start);
    return safeText(values.slice(start + key.length + 1, end === -1 ? undefined : end), limits.value);
  };
  if (name === 'Header' && value('ScriptType') === '2') draft.rollingBack = true;
  if (name === 'ActionStart') draft.scriptAction = value('Name');
  if (name.startsWith('CustomAction')) draft.scriptAction = value('Action') ?? draft.scriptAction;
  if (name === 'SetTargetFolder') draft.folder = value('Folder') ?? '';
}

function decided(draft: Draft, [intent = '']: readonly string[]): void {
  const kind = ({ 'To be installed': 'installed', Overwrite: 'replaced' } as const)[intent] ?? 'kept';
  draft.files[kind] += 1;
}

export const actionLines: readonly LineRule[] = [
  { start: 'Executing op: ', pattern: /^Executing op: (\w+)\((.*)\)/s, take: operation },
  {
    start: 'Action start ',
    pattern: /^Action start [\d:]+: (\S{1,200}?)\.\s*$/,
    take: (draft, [name]) => {
      draft.action = name;
      draft.scriptAction = undefined;
    },
  },
  {
    start: 'Action ended ',
    pattern: /^Action ended [\d:]+: (\S{1,200}?)\. Return value (\d{1,3})\.\s*$/,
    take: ended,
  },
  {
    start: 'Action ',
    pattern: /^Action [\d:]+: Rollback\./,
    take: (draft) => {
      draft.rollingBack = true;
    },
  },
  {
    start: 'Doing action: ',
    pattern: /^Doing action: (\S+)/,
    take: (draft, [name]) => {
      draft.action = name;
      draft.scriptAction = undefined;
    },
  },
  { start: 'File: ', pattern: /^File: [^;]+;\s*(To be installed|Overwrite|Won't Overwrite);/, take: decided },
  {
    start: 'Rollback: ',
    pattern: /^Rollback: (.+)$/s,
    take: (draft, [action = '']) => {
      draft.rollingBack = true;
      if (draft.rolledBack.length < limits.rolledBack) draft.rolledBack.push(safeText(action.trim()));
    },
  },
];
