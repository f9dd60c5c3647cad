/** The client's service and its second starter as the package installs them: what is there is compared with these, and restored from them. */
import { win32 as path } from 'node:path';
import { clientNodeFlags } from '../shared/node-flags.ts';
import type { ServiceDefinition } from './service-configuration.ts';
import type { TaskDefinition } from './task-xml.ts';

/** Where the package puts the client unless it is told otherwise. */
export const standardInstallFolder = 'C:\\Program Files\\Holdfast\\Client';

/** As CreateProcess parts it again: paths of Windows have no quotes in them. */
const quoted = (text: string) => `"${text}"`;

export function clientService(installFolder: string): ServiceDefinition {
  const node = path.join(installFolder, 'runtime', 'node.exe');
  const launcher = path.join(installFolder, 'launcher', 'launcher.mjs');
  return {
    name: 'HoldfastClient',
    displayName: 'Holdfast Client',
    description: 'Installs, verifies and repairs software on this machine as its site says.',
    command: [quoted(node), ...clientNodeFlags, quoted(launcher), 'service'].join(' '),
    restartAfterMs: [5_000, 30_000, 60_000],
    forgetFailuresAfterSeconds: 86_400,
    preshutdownMs: 60_000,
  };
}

/** Five minutes after the start of the machine, after its sleep, and every hour; spread, for machines have neighbours. */
export function clientRescueTask(installFolder: string): TaskDefinition {
  return {
    path: '\\Holdfast\\Rescue',
    description: 'Looks whether the Holdfast client lives, and brings it back where it does not.',
    command: path.join(installFolder, 'bin', 'holdfast-rescue.cmd'),
    bootDelay: 'PT5M',
    interval: 'PT1H',
    spread: 'PT15M',
    timeLimit: 'PT1H',
  };
}
