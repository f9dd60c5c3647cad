/** What a run of a plan takes, and what it answers. */
import type { Content } from '../content/content.ts';
import type { Database } from '../database/database.ts';
import type { InstallLog } from '../log/writer.ts';
import type { ByteSource } from '../source.ts';

/** A package that the plan places files of: the one that is installed, or the kept one of an older product. */
export type RunSource = {
  readonly database: Pick<Database, 'stream'>;
  readonly content: Pick<Content, 'all'>;
  /** The package itself, as it is kept for repairs. */
  readonly source: ByteSource;
};

/** By product code in upper case. */
export type RunSources = ReadonlyMap<string, RunSource>;

/** The lines of a log that a run writes; who opened the log writes its first and last ones. */
export type RunLog = Pick<
  InstallLog,
  | 'actionStart'
  | 'actionEnd'
  | 'skip'
  | 'decision'
  | 'operation'
  | 'customAction'
  | 'customActionFailed'
  | 'property'
  | 'error'
  | 'message'
  | 'rollingBack'
  | 'restart'
  | 'properties'
>;

export type RunPhase = 'stage' | 'apply' | 'finish' | 'undo';

export type RunOptions = {
  readonly log?: RunLog;
  /** How many operations of a phase are done. */
  readonly progress?: (phase: RunPhase, done: number, total: number) => void;
  /** A vital custom action that this machine cannot run fails the installation, unless it is to be passed over. */
  readonly passOverVitalActions?: boolean;
  /** Aborted: everything is undone, exit code 1602. */
  readonly signal?: AbortSignal;
};

/** What failed, as the installer's error messages say it. */
export type RunCause = {
  /** Number of the Error table. */
  readonly installerError: number;
  /** Values [2] and on of that message. */
  readonly values: readonly string[];
  /** The action that it happened in. */
  readonly action: string;
  /** In words of ours. */
  readonly message: string;
};

/** Something that was asked for and is not done here. */
export type PassedOver = { readonly action: string; readonly reason: string; readonly vital: boolean };

export type RunResult = {
  readonly exitCode: number;
  /** `later`: the journal is kept, and the next start of the installer brings it to one of the two ends. */
  readonly outcome: 'nothing-done' | 'done' | 'undone' | 'later';
  readonly cause?: RunCause;
  readonly passedOver: readonly PassedOver[];
  /** Why the machine has to be started again, in words. */
  readonly restart: readonly string[];
};

/** What became of an installation that a power cut or a crash had broken off. */
export type Recovered = {
  readonly productCode: string;
  readonly productName: string;
  readonly outcome: 'done' | 'undone';
};
