/** What starts the client: its service, and the second starter that looks after it (and it after that one). */

/** `service`: systemd unit or Windows service. `second`: systemd timer with its unit, or scheduled task. */
export type StarterName = 'service' | 'second';

export type StarterState = {
  /** It is known to the system. */
  readonly present: boolean;
  /** Its definition is what it should be: command, account, recovery, triggers. */
  readonly asDefined: boolean;
  /** It starts by itself with the machine. */
  readonly enabled: boolean;
  /** The service runs; the timer or task is armed. */
  readonly active: boolean;
  /** What is wrong, as a clause; empty where nothing is. */
  readonly reason: string;
};

/** Failures are HoldfastErrors `system.*`. */
export type Starters = {
  look(name: StarterName): Promise<StarterState>;
  /** Has it defined as it should be, and enabled; a running service goes on as it is. Looks again before it resolves. */
  define(name: StarterName): Promise<void>;
  /** Starts it; at once where it runs. */
  start(name: StarterName): Promise<void>;
  /**
   * Has the service stopped and started anew. Resolves once that is under way: whoever asks may be the service itself, and
   * be gone before it has happened.
   */
  restart(): Promise<void>;
  /** Stops it, by force after the system's own patience; at once where it does not run. */
  stop(name: StarterName): Promise<void>;
  /** Takes it out of the system; nothing happens where it is not there. */
  remove(name: StarterName): Promise<void>;
  /** Whether the running service answers its manager: the second, independent sign of life beside the client's own pulse. */
  answers(): Promise<boolean>;
};
