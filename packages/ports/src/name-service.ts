/** The domain name system, as far as a new machine asks it where its site is. */

/** One answer of an SRV record (RFC 2782). Hostile: whoever answers may name any host. */
export type ServiceAddress = {
  readonly host: string;
  readonly port: number;
  /** The lowest is tried first. */
  readonly priority: number;
  /** Of those of one priority: how often this one is to be taken. */
  readonly weight: number;
};

export type NameService = {
  /** Domains that this machine counts itself to, nearest first; empty where it has none. */
  domains(): Promise<readonly string[]>;
  /**
   * Addresses behind a name, in the order of their priority; empty where the name has none.
   * @throws HoldfastError `network.unreachable` where nobody answers
   */
  srv(name: string): Promise<readonly ServiceAddress[]>;
};
