/** The configuration file of a site, site.yaml: read, checked, with the line of whatever is wrong. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { HoldfastError, SiteCode } from '@holdfast/contract';
import type { Static } from 'typebox';
import * as Type from 'typebox';
import { Compile } from 'typebox/compile';
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';

const strict = { additionalProperties: false } as const;
const Port = Type.Integer({ minimum: 0, maximum: 65_535 });
const HostName = Type.String({ pattern: '^[A-Za-z0-9.:_-]{1,253}$' });
/** An address, or a network as `10.0.0.0/8`. */
const ProxyAddress = Type.String({ pattern: '^[0-9A-Fa-f.:]+(/[0-9]{1,3})?$' });
const FilePath = Type.String({ minLength: 1 });

const SiteConfigFile = Type.Object(
  {
    siteCode: SiteCode,
    dataFolder: FilePath,
    /** Names and addresses that the certificates are made for. */
    hostNames: Type.Array(HostName, { minItems: 1, maxItems: 32 }),
    console: Type.Optional(
      Type.Object(
        {
          host: Type.Optional(HostName),
          port: Type.Optional(Port),
          publicUrl: Type.Optional(Type.String({ pattern: '^https?://' })),
          /** `own`: a certificate of the site's own authority; or files. Plain http where absent. */
          tls: Type.Optional(
            Type.Union([
              Type.Literal('own'),
              Type.Object({ certificate: FilePath, privateKey: FilePath }, strict),
            ]),
          ),
          /** Who tells the truth in X-Forwarded-For: whoever connects (true), or proxies of these addresses. */
          trustProxy: Type.Optional(
            Type.Union([Type.Boolean(), Type.Array(ProxyAddress, { minItems: 1, maxItems: 32 })]),
          ),
        },
        strict,
      ),
    ),
    managementPoint: Type.Optional(
      Type.Object(
        {
          host: Type.Optional(HostName),
          port: Type.Optional(Port),
          publicUrl: Type.Optional(Type.String({ pattern: '^https://' })),
        },
        strict,
      ),
    ),
    /** postgres://… ; SQLite in the data folder where absent. */
    database: Type.Optional(Type.String({ pattern: '^postgres(ql)?://' })),
    /** Seconds between check-ins of a client. */
    pollSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 86_400 })),
  },
  strict,
);
export type SiteConfigFile = Static<typeof SiteConfigFile>;
const shape = Compile(SiteConfigFile);

function invalid(path: string, line: number | undefined, what: string, cause?: unknown): HoldfastError {
  const place = line === undefined ? path : `${path}, line ${line}`;
  return new HoldfastError('site.config-invalid', `${place}: ${what}`, {
    cause,
    details: { file: path, ...(line === undefined ? {} : { line }) },
  });
}

/** Offset of the value at a JSON pointer, of the nearest thing around it, or of the key `name` inside it. */
function offsetOf(document: Document, pointer: string, name?: string): number | undefined {
  const path = pointer.split('/').slice(1);
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (!isNode(node)) continue;
    if (name !== undefined && length === path.length && isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === name);
      if (isNode(pair?.key)) return pair.key.range?.[0];
    }
    return node.range?.[0];
  }
  return undefined;
}

/** The deepest complaint: what an author wants to know first; an unknown key before all others. */
function complaint(value: unknown): { pointer: string; key?: string; what: string } {
  const faults = [...shape.Errors(value)];
  for (const fault of faults) {
    if (fault.keyword === 'additionalProperties') {
      const [key] = fault.params.additionalProperties;
      if (key !== undefined) return { pointer: fault.instancePath, key, what: `unknown key ${key}` };
    }
  }
  const missing = faults.find((fault) => fault.keyword === 'required');
  if (missing?.keyword === 'required') {
    return {
      pointer: missing.instancePath,
      what: `${missing.params.requiredProperties.join(', ')} is missing`,
    };
  }
  const [fault] = faults;
  const name = fault?.instancePath.slice(1).replaceAll('/', '.') ?? 'the file';
  return {
    pointer: fault?.instancePath ?? '',
    what: `${name || 'the file'} ${fault?.message ?? 'is wrong'}`,
  };
}

/** An alias of nothing, or aliases that would grow without an end, are found only now. */
function contentOf(document: Document, path: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    throw invalid(path, undefined, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

/**
 * Reads and checks site.yaml. Relative paths in it are taken from its own folder.
 * @throws HoldfastError `site.config-invalid` with file and line, `disk.not-found`
 */
export async function readSiteConfig(path: string): Promise<SiteConfigFile> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new HoldfastError(
      'disk.not-found',
      `There is no configuration file ${path}; holdfast site init makes one.`,
      { cause },
    );
  });
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [broken] = document.errors;
  if (broken) throw invalid(path, lines.linePos(broken.pos[0]).line, broken.message, broken);
  const value = contentOf(document, path);
  if (!shape.Check(value)) {
    const { pointer, key, what } = complaint(value);
    const offset = offsetOf(document, pointer, key);
    throw invalid(path, offset === undefined ? undefined : lines.linePos(offset).line, what);
  }
  const from = (file: string) => resolve(dirname(path), file);
  const tls = value.console?.tls;
  return {
    ...value,
    dataFolder: from(value.dataFolder),
    ...(value.console === undefined
      ? {}
      : {
          console: {
            ...value.console,
            ...(tls === undefined || tls === 'own'
              ? {}
              : { tls: { certificate: from(tls.certificate), privateKey: from(tls.privateKey) } }),
          },
        }),
  };
}

/** A commented site.yaml to begin with. */
export function exampleSiteConfig(siteCode: string, hostNames: readonly string[]): string {
  return `# A Holdfast site. Paths are relative to this file; unknown keys are refused.

# Three characters that name the site.
siteCode: ${siteCode}

# Database (unless one is named below), keys and content. Keep it private and back it up:
#   holdfast site backup FILE --config THIS-FILE
dataFolder: ./data

# Names and addresses under which clients reach the site; its certificates are made for them.
hostNames:
${hostNames.map((name) => `  - ${JSON.stringify(name)}`).join('\n')}

# Where administrators sign in.
console:
  host: 127.0.0.1
  port: 8080
  # What the first-run link and the sign-in page are reached under, if not http(s)://host:port.
  # publicUrl: https://holdfast.example
  # HTTPS: \`own\` for a certificate of the site's own authority, or your files.
  # tls: own
  # tls:
  #   certificate: /etc/holdfast/console.pem
  #   privateKey: /etc/holdfast/console.key
  # Behind a proxy that sets X-Forwarded-For and X-Forwarded-Proto: its addresses, or true where only it can
  # connect. Tries with wrong passwords are counted by the address that it names last.
  # trustProxy: [127.0.0.1]

# Where clients check in: HTTPS with mutual TLS. Do not end this TLS in a proxy.
managementPoint:
  host: 0.0.0.0
  port: 8443
  # publicUrl: https://holdfast.example:8443

# PostgreSQL instead of SQLite in the data folder. The environment variable DATABASE_URL does the same where
# nothing is named here, and keeps the password out of this file.
# database: postgres://holdfast:secret@127.0.0.1/holdfast

# Seconds between two check-ins of a client.
pollSeconds: 3600
`;
}
