/** The older generations of clients that a set-up knows: a closed list of where each of them lies and how it goes. */
import type { Folder } from '@holdfast/ports';
import type { Inheritance } from '../../inheritance.ts';
import { readFirstGeneration } from './first-generation.ts';
import { readSecondGeneration } from './second-generation.ts';

export type Predecessor = {
  readonly generation: 1 | 2;
  /** As people know it. */
  readonly title: string;
  /** Name of its service: only an administrator can have put that there. */
  readonly service: string;
  /** Absolute paths. */
  readonly install: string;
  readonly state: string;
  /** What brought it, and takes it away. */
  readonly package:
    | { readonly kind: 'deb'; readonly name: string }
    | { readonly kind: 'msi'; readonly productCode: string };
  /**
   * What is to be had of its state folder. That is anybody's: what is not of its form is left out.
   * @throws HoldfastError `disk.*` where it cannot be read just now
   */
  readonly read: (state: Folder) => Promise<Inheritance>;
};

const generations = {
  first: {
    generation: 1,
    title: 'Holdfast Agent',
    linux: 'holdfast-agent',
    windows: 'HoldfastAgent',
    productCode: '{7B1D9F52-3A0E-4C1B-9E57-0C6E2F4A1D01}',
    read: readFirstGeneration,
  },
  second: {
    generation: 2,
    title: 'Holdfast Endpoint',
    linux: 'holdfast-endpoint',
    windows: 'HoldfastEndpoint',
    productCode: '{7B1D9F52-3A0E-4C1B-9E57-0C6E2F4A1D02}',
    read: readSecondGeneration,
  },
} as const;

/** The newest first: what two of them know of one thing is believed of the newer. */
const newestFirst = [generations.second, generations.first] as const;

export const linuxPredecessors: readonly Predecessor[] = newestFirst.map(
  ({ generation, title, linux, read }) => ({
    ...{ generation, title, read },
    service: `${linux}.service`,
    install: `/opt/${linux}`,
    state: `/var/lib/${linux}`,
    package: { kind: 'deb', name: linux },
  }),
);

/** @param folders of this Windows: where programs lie, and the data of all users */
export function windowsPredecessors(folders: {
  readonly programFiles: string;
  readonly programData: string;
}): readonly Predecessor[] {
  return newestFirst.map(({ generation, title, windows, productCode, read }) => ({
    ...{ generation, title, read },
    service: windows,
    install: `${folders.programFiles}\\${title}`,
    state: `${folders.programData}\\${windows}`,
    package: { kind: 'msi', productCode },
  }));
}
