/** The older generations of clients that a set-up knows: a closed list of where each of them lies and how it goes. */
import type { Folder } from '@holdfast/ports';
import type { Inheritance } from '../../inheritance.ts';
import { firstNames, secondNames } from '../../older-clients.ts';
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

/** The newest first: what two of them know of one thing is believed of the newer. */
const newestFirst = [
  { ...secondNames, read: readSecondGeneration },
  { ...firstNames, read: readFirstGeneration },
] as const;

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
