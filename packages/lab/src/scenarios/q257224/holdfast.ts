/**
 * Profile `holdfast`: to verify is to look. The component is compared byte for byte with its package; only what differs is
 * a change, it waits until nobody controls the machine, and is done only when the agent answers again.
 * `holdfast-ungated` does not wait.
 */
import type { GateDefinition } from '@holdfast/contract';
import { carryOutOn, installerChange } from '../field/engine-client.ts';
import { remoteControl } from '../kb829810/packages.ts';
import { type Client, packageFolder, type Scene, whyNotWhole } from './scene.ts';

async function verify(scene: Scene, gates: readonly GateDefinition[]): Promise<void> {
  const { running, sessions, windows } = scene;
  windows.timeline.tell('client', 'the client looks at remote control, byte for byte');
  const change = installerChange({
    name: 'repair',
    windows: running(),
    gates,
    ports: { sessions },
    line: `msiexec /I smsclient.msi REINSTALLMODE=vmeus REINSTALL=${remoteControl}`,
    folder: packageFolder,
    async postcondition() {
      const why = await whyNotWhole(scene);
      return why === undefined ? { holds: true } : { holds: false, reason: why };
    },
  });
  await carryOutOn(running(), windows.timeline, [
    { id: 'remote-control', version: '2.0', changes: [change] },
  ]);
}

function clientOf(name: string, summary: string, gates: readonly GateDefinition[]): Client {
  return { name, summary, verify: (scene) => verify(scene, gates), started: (scene) => verify(scene, gates) };
}

export const holdfast = clientOf(
  'holdfast',
  'the engine: what is whole is left alone, what is not is repaired at once, and never under a session',
  [{ kind: 'no-remote-session', name: 'no-remote-session' }],
);

export const holdfastUngated = clientOf('holdfast-ungated', 'the engine with that gate taken out', []);
