/** What the mock site finds in its .msi: deep features, wide tables, and texts that a hostile package could have. */
import type {
  InstallerDescription,
  InstallerFeature,
  InstallerFile,
  InstallerPlan,
  InstallerRow,
  InstallerTable,
  PlannedDecision,
  PlannedFile,
} from '@holdfast/contract/web';

const hostile = `<img src=x onerror="window.attacked=1"> \u202e${'x'.repeat(300)}`;
const productCode = '{1F8E7C3A-0B5D-4D2C-9E6F-2A4B6C8D0E1F}';

function featureOf(id: string, parent: string | null, level: number, bytes: number): InstallerFeature {
  return {
    id,
    parent,
    title: `Feature ${id}`,
    description: id === 'Deep6' ? hostile : '',
    level,
    byDefault: level === 1,
    why: `its level is ${level}`,
    conditions: level === 0 ? [{ level: 1, condition: 'VersionNT >= 600 AND NOT Msix64' }] : [],
    components: 12,
    files: bytes === 0 ? 0 : 7,
    bytes,
    registry: 3,
  };
}

const features = [
  featureOf('Main', null, 1, 2_100_000),
  featureOf('Desktop', null, 2, 0),
  ...Array.from({ length: 8 }, (_, at) =>
    featureOf(`Deep${at}`, at === 0 ? 'Main' : `Deep${at - 1}`, at % 3, 90_000),
  ),
];

export function mockDescription(path: string): InstallerDescription {
  return {
    path,
    sha256: 'a'.repeat(64),
    size: 2_922_496,
    kind: 'installer',
    name: 'PuTTY release 0.68',
    version: '0.68.0.0',
    publisher: 'Simon Tatham',
    productCode,
    upgradeCode: '{DCE70C63-8808-4646-B16B-A677BD298385}',
    language: 1033,
    architecture: 'x86',
    codePage: 1252,
    summary: { title: 'Installation Database', comments: hostile, created: '2017-02-18T17:14:40.000Z' },
    totals: {
      features: features.length,
      components: 14,
      files: 120,
      bytes: 3_208_629,
      registry: 11,
      tables: 3,
      streams: 2,
    },
    features,
    streams: [
      { name: 'putty.cab', size: 1_901_866 },
      { name: '\u0005SummaryInformation', size: 552 },
    ],
    software: {
      name: 'PuTTY release 0.68',
      version: '0.68.0.0',
      publisher: 'Simon Tatham',
      scope: 'machine',
      program: {
        name: 'install',
        platform: 'windows',
        install: `msiexec /i "{content}\\${path}" /qn /norestart /L*v "{log}"`,
        repair: `msiexec /I "{content}\\${path}" /L*v "{log}" REINSTALLMODE=vmeus REINSTALL=ALL /qn`,
        uninstall: `msiexec /x ${productCode} /qn /norestart /L*v "{log}"`,
        detection: [{ kind: 'msi', productCode, minimumVersion: '0.68.0.0' }],
        exitCodes: [],
        maxRunMinutes: 120,
      },
      notes: ['Windows Installer is asked for the product in this version or a newer one.'],
    },
    reason: null,
  };
}

export const mockFiles: readonly InstallerFile[] = Array.from({ length: 120 }, (_, at) => ({
  id: `File${at}`,
  name: at === 0 ? hostile : `file-${at}.dll`,
  folder: `C:\\Program Files (x86)\\PuTTY\\${'deep\\'.repeat(at % 9)}`,
  size: at * 4096,
  version: at % 2 === 0 ? null : `0.68.0.${at}`,
  languages: '1033',
  component: `Component${at}`,
  features: ['Main'],
}));

const column = (name: string, type: string, key = false) => ({ name, type, key });

export const mockTables: readonly InstallerTable[] = [
  {
    name: 'Property',
    columns: [column('Property', 's72', true), column('Value', 'l0')],
    rows: 120,
    problem: null,
  },
  {
    name: 'Wide',
    columns: Array.from({ length: 24 }, (_, at) =>
      column(`Column${at}`, at === 0 ? 's72' : 'L255', at === 0),
    ),
    rows: 120,
    problem: null,
  },
  { name: 'Damaged', columns: [], rows: null, problem: 'table Damaged at 7: it has no columns' },
];

/** Rows for any of the tables. */
export function mockRows({ columns }: InstallerTable): InstallerRow[] {
  return Array.from({ length: 120 }, (_, at) => ({
    number: at + 1,
    cells: columns.map((_column, place) =>
      place === 2 ? at : place === 1 && at === 0 ? hostile : `value ${at}`,
    ),
  }));
}

const decisions: readonly PlannedDecision[] = ['install', 'replace', 'keep', 'remove', 'leave'];

const planned = mockFiles.map(
  ({ id, name, folder, component, size, version }, at): PlannedFile => ({
    file: id,
    component,
    path: `${folder.replace(/\\$/, '')}\\${name}`,
    do: decisions[at % decisions.length] ?? 'keep',
    rule: 'version-higher',
    reason: at === 3 ? hostile : 'the package is newer',
    packaged: { size, ...(version === null ? {} : { version }) },
    existing: { size },
  }),
);

/** Every decision, hostile names and reasons, and operations of a product that is removed meanwhile. */
export function mockPlan(): InstallerPlan {
  const inFolders = Map.groupBy(planned, ({ path }) => path.slice(0, path.lastIndexOf('\\')));
  const counts = (files: readonly PlannedFile[]) =>
    Object.fromEntries([...Map.groupBy(files, (one) => one.do)].map(([name, all]) => [name, all.length]));
  const step = { component: 'Component1', reason: hostile, product: null };
  return {
    productCode,
    productName: 'PuTTY release 0.68',
    version: '0.68.0.0',
    request: { action: 'install', properties: { REINSTALL: 'ALL' } },
    refusal: null,
    changesNothing: false,
    notes: [hostile],
    restart: true,
    totals: {
      operations: 2,
      files: planned.length,
      byDecision: counts(planned),
      byKind: { 'set-value': 1, 'remove-file': 1 },
    },
    actions: [
      { action: hostile, product: null, operations: 1 },
      { action: 'RemoveFiles', product: productCode, operations: 1 },
    ],
    folders: [...inFolders].map(([path, files]) => ({ path, counts: counts(files) })),
    decisions: [...planned],
    operations: [
      {
        ...step,
        action: hostile,
        kind: 'set-value',
        target: `HKLM\\${hostile}`,
        name: hostile,
        data: hostile,
        size: null,
      },
      {
        ...step,
        action: 'RemoveFiles',
        kind: 'remove-file',
        target: 'C:\\old.dll',
        name: null,
        data: null,
        size: null,
        product: productCode,
      },
    ],
    skipped: [{ action: hostile, reason: hostile, vital: true }],
    removes: [{ productCode, version: '0.67.0.0' }],
  };
}
