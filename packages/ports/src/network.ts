/** The network as a client needs it: one HTTPS request at a time, with its own trust and identity. */

/** Whom to trust and who we are. */
export type TlsIdentity = {
  /** PEM authorities; `none-yet` accepts any server: only for learning the site's signed trust. */
  readonly authorities: readonly string[] | 'none-yet';
  readonly certificate?: string;
  readonly privateKey?: string;
};

export type NetworkRequest = {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly tls: TlsIdentity;
  /** Milliseconds without a byte after which the request fails with `network.timeout`. */
  readonly idleTimeoutMs: number;
  readonly signal?: AbortSignal;
};

export type NetworkResponse = {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Must be read to its end or left by `return` (as `for await` does). */
  readonly body: AsyncIterable<Uint8Array>;
};

/**
 * Failures are HoldfastErrors: `network.unreachable`, `network.timeout`, `network.tls`.
 * Redirects are not followed.
 */
export type Network = {
  request(request: NetworkRequest): Promise<NetworkResponse>;
};
