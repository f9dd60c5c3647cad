/** Tells a log what happens: actions as they begin and end, decisions, operations. */

import type { RegistryChange } from '../host/model.ts';
import type { ActionResult } from '../log/phrases.ts';
import { operationText } from '../log/phrases.ts';
import type { Operation, Plan } from '../plan/model.ts';
import { dataText } from '../root/data.ts';
import { silentLog } from './log-silent.ts';
import type { RunLog } from './model.ts';

function changeText({ kind, place: { hive, key }, ...rest }: RegistryChange): string {
  const root = { HKCR: 0, HKCU: 1, HKLM: 2, HKU: 3 }[hive];
  const open = operationText('RegOpenKey', [
    ['Root', root],
    ['Key', key],
  ]);
  if (kind === 'set' && 'data' in rest) {
    const set = operationText('RegAddValue', [
      ['Name', rest.name],
      ['Value', dataText(rest.data)],
    ]);
    return `${open}; ${set}`;
  }
  if (kind === 'remove-value' && 'name' in rest) {
    return `${open}; ${operationText('RegRemoveValue', [['Name', rest.name]])}`;
  }
  const name = kind === 'remove-key' ? 'RegRemoveKey' : 'RegCreateKey';
  return `${open}; ${operationText(name, [])}`;
}

/** Operations as scripts of Windows Installer name them. */
function linesOf(operation: Operation): readonly string[] {
  switch (operation.kind) {
    case 'create-folder':
      return [operationText('FolderCreate', [['Folder', operation.path]])];
    case 'remove-folder':
      return [operationText('FolderRemove', [['Folder', operation.path]])];
    case 'place-file': {
      const source = 'file' in operation.bytes ? operation.bytes.file : operation.bytes.from;
      const values = [
        ['SourceName', source],
        ['DestName', operation.path],
        ['FileSize', operation.size],
      ] as const;
      return [operationText('FileCopy', values)];
    }
    case 'remove-file':
      return [operationText('FileRemove', [['FileName', operation.path]])];
    case 'change-registry':
      return operation.changes.map(changeText);
    case 'put-service': {
      const { name, displayName, binaryPath, type, start } = operation.configuration;
      const values = [
        ['Name', name],
        ['DisplayName', displayName],
        ['ImagePath', binaryPath],
        ['ServiceType', type],
        ['StartType', start],
      ] as const;
      return [operationText('ServiceInstall', values)];
    }
    case 'remove-service':
    case 'start-service':
    case 'stop-service': {
      const actions = { 'remove-service': 8, 'start-service': 1, 'stop-service': 2 } as const;
      return [
        operationText('ServiceControl', [
          ['Name', operation.name],
          ['Action', actions[operation.kind]],
        ]),
      ];
    }
    case 'ask-protection':
      return operation.paths.map((path) => `Protected file - requesting installation by SFP: ${path}`);
    case 'run-program':
      // Said when it runs, without what its author hides.
      return [];
  }
}

export type Teller = {
  /** The sequence, as it has written its script: each action with what was decided in it. */
  begin(): Promise<void>;
  /** Steps are about to be done; their numbers are those of the plan's operations. */
  began(steps: readonly { readonly number: number }[]): Promise<void>;
  end(result: Extract<ActionResult, 'success' | 'failure'>): Promise<void>;
};

const silent: Teller = {
  begin: async () => undefined,
  began: async () => undefined,
  end: async () => undefined,
};

/** Tells of a run as msiexec does: the actions write a script, and InstallFinalize carries it out. */
export function createTeller(plan: Plan, log: RunLog): Teller {
  if (log === silentLog) return silent;
  async function whole(action: string, inside: () => Promise<void> = async () => undefined): Promise<void> {
    await log.actionStart(action);
    await inside();
    await log.actionEnd(action, 'success');
  }
  return {
    async begin() {
      // First of all: from here on the log knows what is to be hidden.
      for (const [name, value] of plan.properties) await log.property(name, value);
      await log.actionStart('INSTALL');
      await whole('InstallValidate', async () => {
        for (const decision of plan.decisions) await log.decision(decision);
      });
      for (const { action, reason } of plan.skipped) await log.skip(action, reason);
      let before: string | undefined;
      for (const { action } of plan.operations) {
        if (action !== before) await whole(action);
        before = action;
      }
      await log.actionStart('InstallFinalize');
    },
    async began(steps) {
      for (const { number } of steps) {
        const operation = plan.operations[number];
        for (const line of operation === undefined ? [] : linesOf(operation)) await log.operation(line);
      }
    },
    async end(result) {
      await log.actionEnd('InstallFinalize', result);
      await log.actionEnd('INSTALL', result);
      await log.properties(plan.properties);
    },
  };
}

/** Tells of a run that ends before its sequence begins. */
export async function tellRefused(log: RunLog, tell: () => Promise<void>): Promise<void> {
  await log.actionStart('INSTALL');
  await tell();
  await log.actionEnd('INSTALL', 'failure');
}
