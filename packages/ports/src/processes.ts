/** Running other programs. */

export type Command = {
  /** Name looked up as the platform does, or an absolute path. */
  readonly program: string;
  /** Words as the program shall see them; or, on Windows only, the rest of the command line verbatim. */
  readonly arguments: readonly string[] | string;
  /** Absolute path of the working folder. */
  readonly folder: string;
  /** Added to the environment of this process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Goes with the program and with what it starts, so that they are found again by it: see `find` and `isMark`. */
  readonly mark?: string;
};

/** A mark is part of names of every platform: letters, digits and hyphens, at most 64. */
export function isMark(text: string): boolean {
  return /^[a-z0-9-]{1,64}$/i.test(text);
}

/** Names one process of one boot for ever: enough to ask after a crash whether it still runs. */
export type ProcessIdentity = {
  readonly pid: number;
  /** Start time as the platform counts it; two processes with one pid differ in it. */
  readonly started: string;
  readonly bootId: string;
};

export type Exit = {
  /** Exit code; null when a signal or `kill` ended it. */
  readonly code: number | null;
  /** The last bytes of standard output and error together (at most `outputLimit`), as text. */
  readonly output: string;
};

/** Bytes of output that are kept. */
export const outputLimit = 16 * 1024;

export type Running = {
  readonly identity: ProcessIdentity;
  readonly exit: Promise<Exit>;
  /** Ends the process and those that it started. */
  kill(): Promise<void>;
};

export type Processes = {
  /** @throws HoldfastError `process.not-found`, `command.invalid` */
  start(command: Command): Promise<Running>;
  /** Whether the process that was started in an earlier life of ours still runs. */
  alive(identity: ProcessIdentity): Promise<boolean>;
  /**
   * The process that runs under a mark, whichever life of ours started it: the program itself or, after its end, the
   * first of those it started that still run. Undefined where none does. The caller itself does not count.
   */
  find(mark: string): Promise<ProcessIdentity | undefined>;
  /**
   * Ends a program that an earlier life of ours started under this mark, as its `kill` would have done; resolves when it
   * runs no more. Where the program itself has ended nothing is ended: what it left running is meant to run (a service).
   * @throws HoldfastError `internal` when it cannot be ended
   */
  end(program: { readonly identity: ProcessIdentity; readonly mark: string }): Promise<void>;
};
