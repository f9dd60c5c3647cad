/** The one error class of Holdfast and its closed catalogue of codes. */

/**
 * Every coded failure: its HTTP status, and what the reader can do about it.
 * The sentence of what happened is written where it happens; the remedy is the same everywhere.
 */
export const errorCatalogue = {
  'request.invalid': { status: 400, remedy: 'Correct the fields named in the message and send it again.' },
  'request.too-large': { status: 413, remedy: 'Send it in smaller parts.' },
  'request.cut-off': { status: 400, remedy: 'Send it again; nothing of the broken upload was kept.' },
  'request.rate': { status: 429, remedy: 'Wait the seconds that Retry-After names, then go on.' },
  'auth.required': {
    status: 401,
    remedy: 'Sign in (holdfast login), or send an API key in the x-api-key header.',
  },
  'auth.refused': { status: 403, remedy: 'Use an account that may do this.' },
  'auth.first-run-used': { status: 410, remedy: 'Sign in with the administrator that was created.' },
  'not-found': { status: 404, remedy: 'Check the id; list the objects to see which exist.' },
  conflict: { status: 409, remedy: 'Read the object again and repeat the change on what it is now.' },
  'token.unknown': { status: 403, remedy: 'Create a new enrolment token at the site and enrol with it.' },
  'token.expired': { status: 403, remedy: 'Create a new enrolment token at the site and enrol with it.' },
  'token.used': { status: 403, remedy: 'Create a new enrolment token, or one for several uses.' },
  'token.revoked': { status: 403, remedy: 'Ask the administrator for a new enrolment token.' },
  'token.malformed': { status: 400, remedy: 'Copy the whole token, from HF1 to its end.' },
  'certificate.required': { status: 401, remedy: 'Enrol the client first; it then has a certificate.' },
  'certificate.revoked': {
    status: 403,
    remedy: 'Enrol the client again if it should still be managed; its journal and cache are kept.',
  },
  'certificate.expired': { status: 403, remedy: 'Enrol the client again with a new token.' },
  'certificate.request-invalid': { status: 400, remedy: 'Send a PKCS #10 request for a P-256 key.' },
  'secret.refused': {
    status: 401,
    remedy: 'Enrol the client again with a token; its earlier identity is not given to it.',
  },
  'wire.retired': {
    status: 410,
    remedy:
      'Install the package of today on this machine (holdfast client setup), or serve its wire again (holdfast site wires --oldest).',
  },
  'client.running': {
    status: 409,
    remedy: 'Stop the client that works in this folder, or choose another with --folder.',
  },
  'client.not-enrolled': { status: 409, remedy: 'Run holdfast-client enrol with the token of a site first.' },
  'client.mismatch': {
    status: 403,
    remedy: 'Send only messages of the client that the certificate was issued to.',
  },
  'policy.untrusted': {
    status: 502,
    remedy: 'The client keeps its last good policy. Check that the client talks to its own site.',
  },
  'policy.stale': {
    status: 502,
    remedy: 'The client keeps its newer policy. If the site was restored from a backup, let it issue anew.',
  },
  'site.untrusted': {
    status: 502,
    remedy: 'The site does not have the policy key that the token names. Check address and token.',
  },
  'release.untrusted': {
    status: 502,
    remedy:
      'On a machine: get the package from your site again. At the site: compare the key, then holdfast release add --trust.',
  },
  'release.missing': {
    status: 404,
    remedy: 'Add a release at the site: npm run build:client, then holdfast release add dist/client.',
  },
  'release.floor': {
    status: 409,
    remedy: 'Order a version that is not below the floor; a lower one needs the action rollback.',
  },
  'component.damaged': {
    status: 500,
    remedy: 'Run holdfast-client repair; the site can do the same with holdfast client repair.',
  },
  'health.timeout': {
    status: 504,
    remedy: 'Look what this part of the machine waits for; the next evaluation looks at it again.',
  },
  'setup.running': {
    status: 409,
    remedy: 'Wait for the set-up that is under way; its log says how far it is.',
  },
  'setup.prerequisite': {
    status: 422,
    remedy: 'Give the machine what is named; the set-up goes on by itself.',
  },
  'setup.site-unknown': {
    status: 400,
    remedy: 'Name the site: /mp:https://holdfast.example:8443 TOKEN=HF1...',
  },
  'push.host-unknown': {
    status: 502,
    remedy: 'Compare the host key with the machine, take it up (ssh-keyscan, known_hosts), then push again.',
  },
  'push.refused': {
    status: 403,
    remedy: 'Let the machine take your key (ssh-copy-id), or name another account: user@machine.',
  },
  'push.sudo': {
    status: 403,
    remedy: 'Push as root, or let the account use sudo without a password while you push.',
  },
  'push.failed': {
    status: 500,
    remedy: 'Read what the machine said; holdfast client setups shows how far it came.',
  },
  'screen.none': { status: 404, remedy: 'Start a graphical session: this one has no screen.' },
  'screen.failed': {
    status: 500,
    remedy: 'Look whether the screen driver can reach the session: holdfast-client health.',
  },
  'content.not-found': { status: 404, remedy: 'Upload the content again, or withdraw the deployment.' },
  'content.hash-mismatch': {
    status: 422,
    remedy: 'Send the file again. If it repeats, something between changes it on its way.',
  },
  'content.range-invalid': { status: 416, remedy: 'Ask for a range inside the length of the content.' },
  'cache.too-small': {
    status: 507,
    remedy: 'Give the client more room for content (CACHESIZE, --cache-size), or deploy a smaller package.',
  },
  'status.too-large': { status: 413, remedy: 'The client shortens this message and sends it again.' },
  'disk.full': { status: 507, remedy: 'Free space on the volume; the work goes on by itself.' },
  'disk.read-only': {
    status: 503,
    remedy: 'Make the folder writable for the account that Holdfast runs as.',
  },
  'disk.denied': { status: 403, remedy: 'Give the account that Holdfast runs as access to the folder.' },
  'disk.failed': {
    status: 500,
    remedy: 'Check the disk; nothing is counted as written that was not verified.',
  },
  'disk.not-found': { status: 404, remedy: 'Check the path.' },
  'disk.exists': { status: 409, remedy: 'Choose another name, or remove what is there.' },
  'disk.busy': { status: 503, remedy: 'Another program holds the file; the work is tried again by itself.' },
  'disk.name-invalid': { status: 400, remedy: 'Use a plain file name, without separators or device names.' },
  'disk.outside': { status: 400, remedy: 'Keep the path inside its folder.' },
  'journal.damaged': {
    status: 500,
    remedy: 'The damaged journal is kept beside the new one; send it with a problem report.',
  },
  'database.read-only': { status: 503, remedy: 'Make the database and its folder writable, then try again.' },
  'database.unavailable': {
    status: 503,
    remedy: 'Start the database, or correct its address; then try again.',
  },
  'database.newer': { status: 500, remedy: 'Start the version of Holdfast that wrote it, or a newer one.' },
  'port.in-use': { status: 500, remedy: 'Stop what listens there, or choose another port.' },
  'network.unreachable': {
    status: 503,
    remedy: 'Check address, proxy and firewall. A client tries again by itself.',
  },
  'network.timeout': { status: 504, remedy: 'Check the network. A client tries again by itself.' },
  'network.tls': {
    status: 502,
    remedy: 'Check that the address is the site that this client was enrolled at.',
  },
  'network.response-invalid': {
    status: 502,
    remedy: 'Something answered that is not a Holdfast site: check address and proxy.',
  },
  'process.not-found': { status: 404, remedy: 'Check the command line of the program.' },
  'process.timeout': {
    status: 504,
    remedy: 'Raise the allowed run time of the program, or look why it hangs.',
  },
  'command.invalid': { status: 400, remedy: 'Correct the command line; --help shows examples.' },
  'program.changes-nothing': {
    status: 422,
    remedy:
      'Change the command line or the detection rules, so that the one can bring what the other asks for.',
  },
  'system.not-ready': {
    status: 503,
    remedy: 'Wait: it is tried again as soon as the system is ready.',
  },
  'system.busy': { status: 503, remedy: 'Wait: it is tried again when the other one has finished.' },
  'system.refused': {
    status: 403,
    remedy: 'Look at the number that the system gave, and lift what forbids it.',
  },
  'system.failed': {
    status: 500,
    remedy: 'Look at the number that the system gave; what was done is undone.',
  },
  'installer.unsupported': { status: 400, remedy: 'Choose a package that this platform can install.' },
  'installer.failed': {
    status: 500,
    remedy: 'Read the log of the installation: what failed stands before its first "return value 3".',
  },
  'installer.running': {
    status: 409,
    remedy: 'Wait until the other installation has ended, then try again.',
  },
  'msi.invalid': {
    status: 422,
    remedy: 'Take the package anew from its maker: this file is damaged, or no Windows Installer package.',
  },
  'msi.limit': {
    status: 413,
    remedy: 'Look whether this package is genuine: it asks for more than any needs.',
  },
  'msi.transform-unfit': {
    status: 422,
    remedy: 'Take the transform that was made for this version of the package, or make it anew.',
  },
  'msi.description-invalid': {
    status: 422,
    remedy: 'Correct the named field of the description; docs/building-packages.md lists all fields.',
  },
  'root.invalid': {
    status: 422,
    remedy: 'Name a folder with drive_c, system.reg and user.reg in it, as Wine keeps a Windows.',
  },
  'site.exists': { status: 409, remedy: 'Choose an empty data folder, or start the site that is there.' },
  'site.running': { status: 409, remedy: 'Stop the site that runs on this data folder first.' },
  'site.missing': { status: 404, remedy: 'Run holdfast site init first.' },
  'site.config-invalid': { status: 400, remedy: 'Correct the named line of the configuration file.' },
  'site.unavailable': { status: 503, remedy: 'Wait; the request is safe to repeat.' },
  'backup.damaged': { status: 422, remedy: 'Use another backup; this one was not restored at all.' },
  'cab.invalid': {
    status: 422,
    remedy: 'Fetch the cabinet again; what was made for another tool may be damaged too.',
  },
  'cab.unsupported': { status: 422, remedy: 'Pack the files again as MSZIP or LZX.' },
  'cab.incomplete': { status: 422, remedy: 'Put all cabinets of the set into one folder.' },
  'cab.limit': { status: 422, remedy: 'Use it only if you trust its origin; unpack it with other means.' },
  internal: { status: 500, remedy: 'Look in the site log under the request id, and report it.' },
} as const satisfies Record<string, { status: number; remedy: string }>;

export type ErrorCode = keyof typeof errorCatalogue;

/** A failure with a code from the catalogue, a sentence of what happened, and the cause beneath it. */
export class HoldfastError extends Error {
  readonly code: ErrorCode;
  /** Small facts about the failure: the field, the path, the limit. Never secrets. */
  readonly details: Readonly<Record<string, string | number | boolean>>;

  constructor(
    code: ErrorCode,
    happened: string,
    options: { cause?: unknown; details?: Readonly<Record<string, string | number | boolean>> } = {},
  ) {
    super(happened, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HoldfastError';
    this.code = code;
    this.details = options.details ?? {};
  }

  /** What the reader can do about it. */
  get remedy(): string {
    return errorCatalogue[this.code].remedy;
  }

  /** HTTP status that carries this error over the wire. */
  get status(): number {
    return errorCatalogue[this.code].status;
  }
}

/** Whether something thrown is a coded error, and (when asked) one of these codes. */
export function isHoldfastError(thrown: unknown, ...codes: readonly ErrorCode[]): thrown is HoldfastError {
  return thrown instanceof HoldfastError && (codes.length === 0 || codes.includes(thrown.code));
}

/** Whether a string that came from outside is a code of the catalogue. */
export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorCatalogue, code);
}
