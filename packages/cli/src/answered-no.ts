/** Ends of a run in which nothing failed: the answer was printed, and the exit code says what it is. */

/** An answer that is a no. */
export class AnsweredNo extends Error {
  readonly exitCode: number = 1;
}

/** An answer with an exit code of its own, as msiexec has them. */
export class AnsweredWith extends AnsweredNo {
  override readonly exitCode: number;

  constructor(exitCode: number) {
    super();
    this.exitCode = exitCode;
  }
}
