/** Whoever watches this process: systemd or the service manager of Windows. */
export type Supervisor = {
  /** Milliseconds within which it wants a sign of life; null where it wants none. */
  readonly patienceMs: number | null;
  /** The client works: what waits for the service may start. */
  ready(): void;
  /** A sign of life, given by the main loop alone. */
  alive(): void;
  /** A line that the system shows beside the service. */
  status(text: string): void;
  stopping(): void;
  close(): void;
};
