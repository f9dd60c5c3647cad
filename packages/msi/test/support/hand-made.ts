/** Plans made by hand, and the packages that they place files from. */
import { bytesSource } from '@holdfast/msi';
import type { Operation, Plan } from '../../src/plan/model.ts';
import type { RunSources } from '../../src/run/model.ts';

export const productCode = '{11111111-2222-3333-4444-555555555555}';

/** An operation as tests write it: who asks for it does not matter. */
type Bare<One> = One extends unknown ? Omit<One, 'action' | 'reason'> & { readonly action?: string } : never;

export function planOf(operations: readonly Bare<Operation>[], more: Partial<Plan> = {}): Plan {
  return {
    productCode,
    productName: 'Hand-made',
    version: '1.0.0',
    request: { action: 'install', properties: new Map() },
    refusal: undefined,
    operations: operations.map((one): Operation => ({ action: 'InstallFiles', reason: 'by hand', ...one })),
    decisions: [],
    skipped: [],
    removes: [],
    properties: new Map(),
    restart: false,
    ...more,
  };
}

export function memoryFile(path: string, content: string): Bare<Operation> {
  const bytes = Buffer.from(content);
  return {
    kind: 'place-file',
    path,
    bytes: { from: 'memory', base64: bytes.toString('base64') },
    size: bytes.length,
  };
}

/** A value below HKLM\Software. */
export function value(key: string, name: string, text: string): Bare<Operation> {
  return {
    kind: 'change-registry',
    changes: [
      {
        kind: 'set',
        place: { hive: 'HKLM', key: `Software\\${key}`, view: '64' },
        name,
        data: { kind: 'text', text },
      },
    ],
  };
}

export const noSources: RunSources = new Map([
  [
    productCode,
    {
      database: { stream: () => undefined },
      content: {
        async *all() {
          // No files.
        },
      },
      source: bytesSource(Buffer.from('the package')),
    },
  ],
]);
