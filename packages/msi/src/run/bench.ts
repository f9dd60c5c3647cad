/** What every operation works with. */
import { createSerial } from '@holdfast/engine';
import type { WindowsHost } from '../host/model.ts';
import type { Area } from './area.ts';
import type { PassedOver, RunLog } from './model.ts';
import type { RunJournal } from './record.ts';

export type Bench = {
  readonly host: WindowsHost;
  readonly area: Area;
  readonly journal: RunJournal;
  readonly log: RunLog;
  /** Numbers of the files that are in use: they take their places at the next start of the machine. */
  readonly waiting: Set<number>;
  readonly passedOver: PassedOver[];
  /** Folders that were made here, or found, and are durable: not asked for again. */
  readonly made: Set<string>;
  /** One after the other: each is put behind those that are there. */
  readonly atRestart: WindowsHost['files']['atRestart'];
  /** Why the machine has to be started again, in words. */
  readonly restart: string[];
};

export function benchOf(parts: Pick<Bench, 'host' | 'area' | 'journal' | 'log' | 'passedOver'>): Bench {
  const serial = createSerial();
  const { files } = parts.host;
  return {
    ...parts,
    waiting: new Set(),
    made: new Set(),
    restart: [],
    atRestart: (from, to) => serial(() => files.atRestart(from, to)),
  };
}

export type Numbered<Step> = Step & { readonly number: number; readonly action: string };

/** How operations of one kind are done. Everything here can be done twice, and broken off anywhere. */
export type Operating<Step> = {
  /** Done, and looked at, unless `look` does that once it is durable. */
  apply(step: Numbered<Step>, bench: Bench): Promise<void>;
  look?(step: Numbered<Step>, bench: Bench): Promise<void>;
  /** Whether it was applied or not. */
  undo(step: Numbered<Step>, bench: Bench): Promise<void>;
  /** After the commit: what cannot be undone. */
  finish?(step: Numbered<Step>, bench: Bench): Promise<void>;
};
