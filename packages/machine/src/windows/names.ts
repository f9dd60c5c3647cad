/** The domains that a Windows machine counts itself to. */
import type { NameService, Registry } from '@holdfast/ports';
import { systemNames } from '../shared/name-service.ts';

/** Source: "TCP/IP and NBT configuration parameters for Windows", values Domain, DhcpDomain and SearchList. */
const parameters = 'SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters';

export function windowsNames(registry: Registry): NameService {
  return systemNames(async () => {
    const values: (string | undefined)[] = [];
    for (const name of ['Domain', 'DhcpDomain', 'SearchList']) {
      values.push(await registry.read({ hive: 'HKLM', key: parameters, name, view: '64' }));
    }
    const found = values.flatMap((value) => (value ?? '').split(/[\s,]+/));
    return [...new Set(found.map((name) => name.toLowerCase()).filter((name) => name !== ''))];
  });
}
