/** The older generations of clients by their names: a closed list. */
import type { Detection } from '@holdfast/contract';

export type OlderNames = {
  readonly generation: 1 | 2;
  /** As people know it; the folder of its programs on Windows. */
  readonly title: string;
  /** Its package on Linux, with the unit and the folders that are called so. */
  readonly linux: string;
  /** Its service on Windows, with the folder of its state. */
  readonly windows: string;
  readonly productCode: string;
};

export const firstNames: OlderNames = {
  generation: 1,
  title: 'Holdfast Agent',
  linux: 'holdfast-agent',
  windows: 'HoldfastAgent',
  productCode: '{7B1D9F52-3A0E-4C1B-9E57-0C6E2F4A1D01}',
};

export const secondNames: OlderNames = {
  generation: 2,
  title: 'Holdfast Endpoint',
  linux: 'holdfast-endpoint',
  windows: 'HoldfastEndpoint',
  productCode: '{7B1D9F52-3A0E-4C1B-9E57-0C6E2F4A1D02}',
};

/**
 * Whether software is an older client, by where it is looked for. Today's client has taken its place and removed it: to
 * repair the deployment that once brought it would have two clients do the same work.
 */
export function isOlderClient(detection: Detection): boolean {
  return detection.some((rule) =>
    [firstNames, secondNames].some(({ linux, productCode, title, windows }) => {
      if (rule.kind === 'package') return rule.name === linux;
      if (rule.kind === 'msi') return rule.productCode === productCode;
      if (rule.kind === 'registry') return false;
      const path = rule.path.toLowerCase().replaceAll('/', '\\');
      return [`\\opt\\${linux}\\`, `\\var\\lib\\${linux}\\`, `\\${title}\\`, `\\${windows}\\`].some((place) =>
        path.includes(place.toLowerCase()),
      );
    }),
  );
}
