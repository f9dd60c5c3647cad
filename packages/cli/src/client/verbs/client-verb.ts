/** What the verbs of `holdfast-client` share: their common options, the machine, and the client opened for one process. */
import { resolve } from 'node:path';
import { type Client, type ClientEvent, type ClientSettings, cacheBytes, openClient } from '@holdfast/client';
import { holdfastVersion } from '@holdfast/contract';
import type { Machine } from '@holdfast/machine';
import type { Command } from 'commander';
import { jsonText, plain, type Surroundings } from '../../terminal.ts';
import { thisMachine } from '../../this-machine.ts';
import { localVerb, runLocal, type Session, text } from '../../verbs/verb.ts';
import { clientInstallation } from '../installation.ts';
import { lockFolder } from '../lock.ts';
import { collectGarbage, restingClock } from '../rest.ts';
import { thisRuntime } from '../runtime.ts';
import { standardFolder } from '../settings.ts';

/** What a verb is handed: its session, the state folder, its arguments and options. */
export type ClientCall = {
  readonly session: Session;
  /** Absolute path of the state folder. */
  readonly folder: string;
  readonly values: readonly string[];
  readonly options: Record<string, unknown>;
};

/** Where a file of a verb adds its command. */
export type ClientVerbs = {
  /** A command with --json and --folder; `examples` without the leading name of the program. */
  verb(usage: string, summary: string, examples: readonly string[]): Command;
  /** What the command does. */
  run(command: Command, act: (call: ClientCall) => Promise<void>): void;
};

export function clientVerbs(program: Command, surroundings: Surroundings): ClientVerbs {
  const standard = standardFolder(surroundings.environment);
  return {
    verb: (usage, summary, examples) =>
      localVerb(program, usage, summary, examples, 'holdfast-client').option(
        '--folder <folder>',
        'state folder of the client',
        standard,
      ),
    run: (command, act) =>
      runLocal(command, surroundings, (session, values, options) =>
        act({ session, values, options, folder: resolve(text(options, 'folder') ?? standard) }),
      ),
  };
}

export function machineFor(surroundings: Surroundings, settings: Pick<ClientSettings, 'root'>): Machine {
  const { environment } = surroundings;
  const proxy = environment.HTTPS_PROXY || environment.https_proxy;
  const noProxy = environment.NO_PROXY || environment.no_proxy;
  return thisMachine({
    root: settings.root,
    network: { ...(proxy ? { proxy } : {}), ...(noProxy ? { noProxy } : {}) },
  });
}

export function eventLine(event: ClientEvent, json: boolean): string {
  if (json) return `${jsonText(event)}\n`;
  return `${new Date(event.at).toISOString()} ${event.severity.padEnd(7)} ${plain(event.text)}\n`;
}

export type OpenedClient = {
  readonly client: Client;
  readonly folder: string;
  readonly settings: ClientSettings;
  readonly machine: Machine;
};

/** Opens the client in its folder for this process alone, and closes it whatever happens. */
export async function withClient(
  session: Session,
  folder: string,
  settings: ClientSettings,
  log: (event: ClientEvent) => void,
  work: (opened: OpenedClient) => Promise<void>,
): Promise<void> {
  const machine = machineFor(session.surroundings, settings);
  try {
    const lock = await lockFolder(folder, machine);
    try {
      const ports = { ...machine, clock: restingClock(machine.clock, collectGarbage) };
      const installation = clientInstallation(folder, machine);
      const client = await openClient(ports, {
        folder,
        root: settings.root,
        site: settings.site,
        version: holdfastVersion,
        log,
        ...(installation ? { installation } : {}),
        cacheBytes: cacheBytes(settings),
        health: { notifyOnly: settings.health === 'notify', runtime: thisRuntime() },
      });
      try {
        await work({ client, folder, settings, machine });
      } finally {
        await client.close();
      }
    } finally {
      await lock.release();
    }
  } finally {
    machine.close();
  }
}
