/** What a log says about an installation. */
import type { Win32Error } from '@holdfast/contract';
import type { CauseCode } from './causes.ts';
import type { LogEncoding } from './decode.ts';
import type { Outcome } from './exit-codes.ts';

/** A line that something was read from; long ones are shortened. */
export type Evidence = { readonly line: number; readonly text: string };

export type LoggedError = {
  /** Of the Error table, or internal. */
  readonly code: number;
  readonly text: string;
  /** [2] and on, where the log has them one by one. */
  readonly values: readonly string[];
  readonly evidence: Evidence;
};

export type LoggedCustomAction = {
  readonly name: string;
  readonly code: number;
  readonly evidence: Evidence;
};

export type Cause = {
  readonly code: CauseCode;
  readonly sentence: string;
  readonly remedy: string;
  /** The standard or custom action that failed. */
  readonly action?: string;
  readonly error?: { readonly code: number; readonly text: string };
  readonly customAction?: { readonly name: string; readonly code: number };
  /** The file, key or service that it is about. */
  readonly subject?: string;
  readonly win32?: Win32Error;
  readonly evidence: readonly Evidence[];
};

export type LoopCode = 'reinstall-not-installed' | 'recache-on-first-install' | 'nothing-replaced' | 'again';

export type Loop = {
  readonly code: LoopCode;
  readonly sentence: string;
  readonly evidence: readonly Evidence[];
};

export type LoggedInstallation = {
  readonly firstLine: number;
  readonly lastLine: number;
  readonly writer: 'msiexec' | 'holdfast' | 'wine';
  readonly product: {
    readonly name?: string;
    readonly version?: string;
    readonly code?: string;
    readonly manufacturer?: string;
    readonly language?: string;
    /** Path of the package. */
    readonly package?: string;
  };
  readonly request: {
    readonly action: 'install' | 'repair' | 'uninstall' | 'administrative' | 'unknown';
    /** Values that look like secrets are masked. */
    readonly commandLine?: string;
  };
  readonly outcome: Outcome;
  readonly exitCode?: number;
  readonly meaning: string;
  readonly cause?: Cause;
  readonly rolledBack: { readonly happened: boolean; readonly actions: readonly string[] };
  readonly restart: {
    readonly wanted: 'no' | 'later' | 'started';
    readonly reason?: string;
    /** Whether one was pending before it began. */
    readonly pendingBefore: boolean;
  };
  readonly files: { readonly installed: number; readonly replaced: number; readonly kept: number };
  /** Up to a bound, in their order; the cause is among them. */
  readonly errors: readonly LoggedError[];
  readonly loops: readonly Loop[];
};

export type Explanation = {
  readonly encoding: LogEncoding;
  readonly lines: number;
  /** Lines that were longer than any of an installer is. */
  readonly cutLines: number;
  readonly installations: readonly LoggedInstallation[];
  /** Installations that are not listed, because there are too many; the last ones are. */
  readonly leftOut: number;
};
