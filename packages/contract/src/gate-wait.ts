/** A gate that something waits at, as it is kept and told. */

/** What was seen at a gate: small flat facts, `{ win32: 21 }`. */
export type GateEvidence = Readonly<Record<string, string | number | boolean>>;

/** A gate that something waits at. Plain JSON. */
export type GateWait = {
  readonly gate: string;
  /** When it was first seen closed without an opening between; wall clock. */
  readonly since: number;
  /** A clause: `Win32 21: it is not ready`. */
  readonly reason: string;
  readonly evidence: GateEvidence;
};

/** `waiting for file-protection since 00:03: Win32 21` (hours and minutes in UTC). */
export function gateSentence({ gate, since, reason }: GateWait): string {
  return `waiting for ${gate} since ${new Date(since).toISOString().slice(11, 16)}: ${reason}`;
}
