/** What can be asked about a Windows Installer package, and the thread that answers it away from the site's own. */
import type {
  InstallerDescription,
  InstallerFile,
  InstallerPlan,
  InstallerPlanMachine,
  InstallerRows,
  InstallerTables,
  Page,
  ProgramDefinition,
  Sha256,
} from '@holdfast/contract';

/** A package in the content store. */
export type InstallerContent = {
  /** Where it lies in its package: command lines name it so. */
  readonly path: string;
  readonly sha256: Sha256;
  /** Bytes. */
  readonly size: number;
};

/** A part of a list: rows from the one of this index on, only those that hold the text. */
export type Part = { readonly from: number; readonly limit: number; readonly search: string };

export type Question =
  | { readonly about: 'description' }
  | { readonly about: 'files'; readonly part: Part; readonly feature: string | undefined }
  | { readonly about: 'tables' }
  | { readonly about: 'rows'; readonly table: string; readonly part: Part }
  /** The package once more, with these properties in it. */
  | { readonly about: 'configured'; readonly properties: Readonly<Record<string, string>> }
  /** Whether a program of this package can change nothing where its detection does not hold, and why. */
  | { readonly about: 'loop'; readonly program: ProgramDefinition }
  /**
   * What a command line would do. `now` (milliseconds since 1970) is when it is thought to run; `other` is the package
   * that the machine was installed from, where it is another one.
   */
  | {
      readonly about: 'plan';
      readonly command: string;
      readonly machine: InstallerPlanMachine;
      readonly other: InstallerContent | undefined;
      readonly now: number;
    };

/** `next` is the index of the row to go on from, null at the end. */
type Listed<T> = Omit<T, 'next'> & { next: number | null };

/** Why a program could run for ever, and the field of it that says so. */
export type LoopFound = {
  readonly field: 'install' | 'detection' | 'repair' | 'uninstall';
  readonly reason: string;
};

export type Answers = {
  description: InstallerDescription;
  files: Listed<Page<InstallerFile>>;
  tables: InstallerTables;
  rows: Listed<InstallerRows>;
  /** Null where it may change something. */
  loop: { found: LoopFound | null };
  plan: InstallerPlan;
  configured: { bytes: Uint8Array };
};

export type QuestionAbout<About extends Question['about']> = Extract<Question, { about: About }>;

export type InstallerReader = {
  /**
   * Reads tables only, never the files in a package, unless all of it is to be written again; in bounded time and memory.
   * @throws HoldfastError `msi.invalid`, `msi.limit`, `not-found` (a table), `content.not-found`, `request.invalid` (a
   * command line that cannot be planned), `site.unavailable`
   */
  ask<About extends Question['about']>(
    content: InstallerContent,
    question: QuestionAbout<About>,
  ): Promise<Answers[About]>;
};
