/** The domains that a Linux machine counts itself to. */
import { hostname } from 'node:os';
import type { NameService } from '@holdfast/ports';
import { systemNames } from '../shared/name-service.ts';
import { textOf } from './text-file.ts';

/** What is behind the first dot of the host's own name, then the search list of resolv.conf(5), whose last line counts. */
export function domainsOf(hostName: string, resolvConf: string): readonly string[] {
  const [, own] = /^[^.]+\.(.+)$/.exec(hostName) ?? [];
  const line = [...resolvConf.matchAll(/^(?:search|domain)[ \t]+(.+)$/gm)].at(-1)?.[1] ?? '';
  const found = [...(own === undefined ? [] : [own]), ...line.trim().split(/\s+/)]
    .map((name) => name.replace(/\.$/, '').toLowerCase())
    .filter((name) => /^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(name));
  return [...new Set(found)];
}

export function linuxNames(): NameService {
  return systemNames(async () => domainsOf(hostname(), (await textOf('/etc/resolv.conf')) ?? ''));
}
