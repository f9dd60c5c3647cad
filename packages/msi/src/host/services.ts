/**
 * Services of a root: keys of the registry, as Windows and Wine keep them; nothing runs there.
 * Values: learn.microsoft.com, "HKLM\SYSTEM\CurrentControlSet\Services Registry Tree"; winsvc.h.
 */
import { HoldfastError } from '@holdfast/contract';
import type { RegistryData } from '../root/data.ts';
import type { RegistryPlace } from '../root/registry.ts';
import type { HostRegistry, HostServices, RegistryChange, ServiceConfiguration } from './model.ts';

const services = 'System\\CurrentControlSet\\Services';
const localSystem = 'LocalSystem';
/** SC_GROUP_IDENTIFIER: a dependency on a group of services, and not on one of them. */
const groupMark = '+';

function placeOf(name: string): RegistryPlace {
  // A name with a separator would be a key below another service.
  if (name === '' || name.length > 256 || /[\\/]/.test(name)) {
    throw new HoldfastError(
      'request.invalid',
      `${JSON.stringify(name.slice(0, 100))} is no name of a service.`,
    );
  }
  return { hive: 'HKLM', key: `${services}\\${name}`, view: '64' };
}

function textOf(data: RegistryData | undefined): string {
  return data?.kind === 'text' || data?.kind === 'expandable' ? data.text : '';
}

/** Names of the values that tell of a service, as they are looked up. */
const folded = {
  Type: 'type',
  Start: 'start',
  ErrorControl: 'errorcontrol',
  ImagePath: 'imagepath',
  DisplayName: 'displayname',
  Group: 'group',
  DependOnService: 'dependonservice',
  DependOnGroup: 'dependongroup',
  ObjectName: 'objectname',
  Description: 'description',
} as const;

function read(registry: HostRegistry, name: string): ServiceConfiguration | undefined {
  const all = registry.values(placeOf(name)) ?? [];
  const values = new Map(all.map((one) => [one.name.toLowerCase(), one.data]));
  const value = (wanted: keyof typeof folded) => values.get(folded[wanted]);
  const number = (wanted: keyof typeof folded): number | undefined => {
    const data = value(wanted);
    return data?.kind === 'number' ? data.number : undefined;
  };
  const texts = (wanted: keyof typeof folded): readonly string[] => {
    const data = value(wanted);
    return data?.kind === 'texts' ? data.texts : [];
  };
  const type = number('Type');
  // Keys without a type are no services: Windows keeps settings of drivers and of providers there.
  if (type === undefined) return undefined;
  const account = textOf(value('ObjectName'));
  return {
    name,
    displayName: textOf(value('DisplayName')) || name,
    type,
    start: number('Start') ?? 3,
    errorControl: number('ErrorControl') ?? 0,
    binaryPath: textOf(value('ImagePath')),
    loadOrderGroup: textOf(value('Group')),
    dependencies: [
      ...texts('DependOnService'),
      ...texts('DependOnGroup').map((group) => `${groupMark}${group}`),
    ],
    account: account.toLowerCase() === localSystem.toLowerCase() ? '' : account,
    description: textOf(value('Description')),
  };
}

function changesFor(configuration: ServiceConfiguration): readonly RegistryChange[] {
  const place = placeOf(configuration.name);
  const set = (name: string, data: RegistryData | undefined): RegistryChange =>
    data ? { kind: 'set', place, name, data } : { kind: 'remove-value', place, name };
  const text = (value: string): RegistryData | undefined =>
    value === '' ? undefined : { kind: 'text', text: value };
  const texts = (values: readonly string[]): RegistryData | undefined =>
    values.length === 0 ? undefined : { kind: 'texts', texts: values };
  const number = (value: number): RegistryData => ({ kind: 'number', number: value });
  const { dependencies } = configuration;
  const groups = dependencies.filter((one) => one.startsWith(groupMark)).map((one) => one.slice(1));
  return [
    set('Type', number(configuration.type)),
    set('Start', number(configuration.start)),
    set('ErrorControl', number(configuration.errorControl)),
    set('ImagePath', { kind: 'expandable', text: configuration.binaryPath }),
    set('DisplayName', text(configuration.displayName)),
    set('Group', text(configuration.loadOrderGroup)),
    set('DependOnService', texts(dependencies.filter((one) => !one.startsWith(groupMark)))),
    set('DependOnGroup', texts(groups)),
    set('ObjectName', { kind: 'text', text: configuration.account || localSystem }),
    set('Description', text(configuration.description)),
  ];
}

function nothingRuns(name: string): HoldfastError {
  return new HoldfastError('internal', `The service ${name} is in a folder: nothing runs there.`);
}

export function rootServices(registry: HostRegistry): HostServices {
  return {
    run: false,
    async get(name) {
      const configuration = read(registry, name);
      return configuration && { configuration, running: false };
    },
    async put(configuration) {
      await registry.apply(changesFor(configuration));
    },
    async remove(name) {
      await registry.apply([{ kind: 'remove-key', place: placeOf(name) }]);
    },
    async start(name) {
      throw nothingRuns(name);
    },
    async stop(name) {
      throw nothingRuns(name);
    },
  };
}
