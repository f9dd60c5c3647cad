/** The operations of a plan in words, and the groups in which they are looked through. */
import type { PlannedKind, PlannedOperation } from '@holdfast/contract/web';

export const kindWords: Readonly<Record<PlannedKind, string>> = {
  'create-folder': 'Create folder',
  'remove-folder': 'Remove folder',
  'place-file': 'Place file',
  'remove-file': 'Remove file',
  'set-value': 'Set value',
  'remove-value': 'Remove value',
  'create-key': 'Create key',
  'remove-key': 'Remove key',
  'put-service': 'Configure service',
  'remove-service': 'Remove service',
  'start-service': 'Start service',
  'stop-service': 'Stop service',
  'ask-protection': 'Ask the system for its own',
  'run-program': 'Run program',
};

export type OperationGroup = 'files' | 'registry' | 'services' | 'programs';

export const groupWords: Readonly<Record<OperationGroup, string>> = {
  files: 'Files and folders',
  registry: 'Registry',
  services: 'Services',
  programs: 'Programs',
};

export const operationGroups: readonly OperationGroup[] = ['files', 'registry', 'services', 'programs'];

export function groupOf(kind: PlannedKind): OperationGroup {
  switch (kind) {
    case 'set-value':
    case 'remove-value':
    case 'create-key':
    case 'remove-key':
      return 'registry';
    case 'put-service':
    case 'remove-service':
    case 'start-service':
    case 'stop-service':
      return 'services';
    case 'run-program':
      return 'programs';
    default:
      return 'files';
  }
}

/** What belongs to the target: name and data of a value, arguments of a program. */
export function detailOf({ kind, name, data }: PlannedOperation): string {
  if (groupOf(kind) === 'registry') {
    if (name === null) return '';
    const value = name === '' ? '(default)' : name;
    return data === null ? value : `${value} = ${data}`;
  }
  return [name, data].filter((part) => part !== null && part !== '').join(': ');
}

/** A search that does not mind upper and lower case. */
export function holds(search: string, ...texts: readonly (string | null)[]): boolean {
  const wanted = search.trim().toLowerCase();
  return wanted === '' || texts.some((text) => text?.toLowerCase().includes(wanted) === true);
}
