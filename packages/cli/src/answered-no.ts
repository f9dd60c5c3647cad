/** An answer that is a no: it was printed, nothing failed, and the exit code says 1. */
export class AnsweredNo extends Error {}
