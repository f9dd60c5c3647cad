/**
 * Profile `sms2`: Systems Management Server 2.0 as Q257224 tells it. The verification of the Remote Tools component disables
 * the agent by mistake; the component stays at "Install pending" until the computer is restarted.
 */
import type { RegistryChange } from '@holdfast/msi';
import { msiexec } from '../../windows/msiexec.ts';
import { remoteAgent, remoteControl } from '../kb829810/packages.ts';
import { type Client, disabled, packageFolder } from './scene.ts';

const component = {
  hive: 'HKLM',
  key: 'Software\\Microsoft\\SMS\\Client\\Sms\\Client Components\\Remote Control',
  view: '64',
} as const;
const statusName = 'Install State';
const pending = 'Install pending';

function status(text: string): RegistryChange {
  return { kind: 'set', place: component, name: statusName, data: { kind: 'text', text } };
}

export const sms2: Client = {
  name: 'sms2',
  summary:
    'as in the article: the verification disables the agent, and the reinstallation waits for a restart',
  async verify({ running, windows }) {
    const { services, registry } = running().host;
    windows.timeline.tell('client', 'CCIM begins its verify cycle: Remote Control is to be reinstalled');
    const agent = await services.get(remoteAgent);
    if (agent?.running) await services.stop(remoteAgent);
    if (agent) await services.put({ ...agent.configuration, start: disabled });
    await registry.apply([status(pending)]);
    windows.timeline.tell('client', `the agent is disabled; Remote Control: ${pending}`);
  },
  async started({ running, windows }) {
    const { host } = running();
    const found = host.registry.value(component, statusName);
    if (found?.kind !== 'text' || found.text !== pending) return;
    const line = `msiexec /I smsclient.msi REINSTALLMODE=vmeus REINSTALL=${remoteControl}`;
    const { exitCode } = await msiexec(host, line, packageFolder);
    await host.registry.apply([status(exitCode === 0 ? 'Installed' : pending)]);
    windows.timeline.tell('client', `Remote Control is reinstalled: ended with ${exitCode}`);
  },
};
