/** The house rules as functions: each takes the sources and answers the lines that break it. */
import { posix } from 'node:path';
import { blank, importsOf, lineAt, packageOf, type SourceFile } from './source.ts';

/** `path:line: what is wrong and what to do instead`. */
export type Offence = string;

/** Packages in the order in which they may import: each only from those before it. */
export const packageOrder = [
  'contract',
  'ports',
  'engine',
  'msi',
  'rollout',
  'client',
  'machine',
  'lab',
  'site',
  'console',
  'cli',
] as const;

/** Folders that bind ports to the real world. All else gets clock, chance, disk, network and processes through a port. */
const adapters: readonly RegExp[] = [
  /^packages\/machine\//,
  /^packages\/console\//,
  /^packages\/cli\/src\//,
  /^packages\/site\/src\/(http|store)\//,
  /^packages\/site\/src\/.*\.adapter\.ts$/,
];

/** Built-in modules that compute and nothing else. */
const pureModules = new Set([
  'node:assert',
  'node:assert/strict',
  'node:buffer',
  'node:crypto',
  'node:events',
  'node:path',
  'node:path/posix',
  'node:path/win32',
  'node:stream',
  'node:util',
  'node:zlib',
]);

const bannedCalls: readonly { pattern: RegExp; instead: string }[] = [
  { pattern: /\bDate\.now\s*\(/g, instead: 'take a Clock and call now()' },
  { pattern: /\bnew Date\(\s*\)/g, instead: 'take a Clock and call now()' },
  { pattern: /\bperformance\b/g, instead: 'take a Clock and call monotonic()' },
  { pattern: /\bMath\.random\b/g, instead: 'take an Entropy' },
  {
    pattern:
      /\b(randomBytes|randomUUID|randomInt|randomFillSync|getRandomValues|generateKeyPair|generateKeyPairSync|generateKey)\b/g,
    instead: 'take an Entropy or Identities',
  },
  {
    pattern: /(?<![.\w])(setTimeout|setInterval|setImmediate|queueMicrotask)\s*\(/g,
    instead: 'take a Clock and call sleep()',
  },
  {
    pattern:
      /(?<![.\w])process\s*\.\s*(env|argv|exit|exitCode|abort|pid|platform|arch|cwd|chdir|kill|on|once|off|emit|std\w+|hrtime|uptime|\w+Usage|nextTick|version\w*|getuid|umask|title|execPath|binding)\b/g,
    instead: 'take what it tells as a value from the main',
  },
  { pattern: /(?<![.\w])fetch\s*\(/g, instead: 'take a Network' },
];

const nodeTest = 'node:test';

/** A package imports only packages before it, by name and never through their folders. */
export function importOrder(sources: readonly SourceFile[]): Offence[] {
  const position = new Map<string, number>(packageOrder.map((name, index) => [name, index]));
  return sources.flatMap((source) => {
    const own = packageOf(source.path);
    const ownPosition = position.get(own) ?? -1;
    return importsOf(source).flatMap(({ specifier, line }) => {
      const at = `${source.path}:${line}`;
      const named = /^@holdfast\/([a-z]+)/.exec(specifier)?.[1];
      if (named !== undefined) {
        const allowed = named !== own && (position.get(named) ?? Number.POSITIVE_INFINITY) < ownPosition;
        return allowed
          ? []
          : [`${at}: ${own} may not import ${named}: arrows go ${packageOrder.join(' -> ')}`];
      }
      const depth = source.path.split('/').length - 3;
      const leaves =
        specifier.startsWith('.') && specifier.split('/').filter((name) => name === '..').length > depth;
      return leaves ? [`${at}: ${specifier} leaves the package: import it by its package name`] : [];
    });
  });
}

/** No file leads back to itself by imports, those of types among them. */
export function circles(sources: readonly SourceFile[]): Offence[] {
  const leadsTo = new Map(
    sources.map((source) => [
      source.path,
      importsOf(source)
        .filter(({ specifier }) => specifier.startsWith('.'))
        .map(({ specifier, line }) => ({ path: posix.join(posix.dirname(source.path), specifier), line })),
    ]),
  );
  const seen = new Set<string>();
  const found: Offence[] = [];
  const walk = (path: string, way: readonly string[]): void => {
    for (const { path: next, line } of leadsTo.get(path) ?? []) {
      const at = way.indexOf(next);
      if (at >= 0)
        found.push(
          `${path}:${line}: a circle: ${[...way.slice(at), next].map((one) => posix.basename(one)).join(' -> ')}`,
        );
      else if (!seen.has(next)) {
        seen.add(next);
        walk(next, [...way, next]);
      }
    }
  };
  for (const { path } of sources) {
    if (seen.has(path)) continue;
    seen.add(path);
    walk(path, [path]);
  }
  return found;
}

/** Outside the adapters nothing touches clock, chance, disk, network or processes. */
export function determinism(
  sources: readonly SourceFile[],
  exceptions: Readonly<Record<string, string>> = {},
): Offence[] {
  return sources
    .filter(
      (source) => !adapters.some((adapter) => adapter.test(source.path)) && !(source.path in exceptions),
    )
    .flatMap((source) => {
      const isSuite = source.path.startsWith('packages/ports/suites/');
      const modules = importsOf(source)
        .filter(({ specifier }) => specifier.startsWith('node:') && !pureModules.has(specifier))
        .filter(({ specifier }) => !(isSuite && specifier === nodeTest))
        .map(
          ({ specifier, line }) =>
            `${source.path}:${line}: ${specifier} touches the outside: take a port instead`,
        );
      const code = blank(source.text);
      const calls = bannedCalls.flatMap(({ pattern, instead }) =>
        [...code.matchAll(pattern)].map(
          (match) => `${source.path}:${lineAt(code, match.index)}: ${match[0]}: ${instead}`,
        ),
      );
      return [...modules, ...calls];
    });
}

/** A file starts with a sentence of purpose, and reads in one sitting. */
export function readable(sources: readonly SourceFile[], linesAllowed = 400): Offence[] {
  return sources.flatMap((source) => {
    const offences: Offence[] = [];
    const start = source.text.replace(/^#!.*\n/, '');
    if (!/^\/\*\*/.test(start))
      offences.push(`${source.path}:1: start the file with a /** sentence */ of its purpose`);
    const lines = source.text.split('\n').length;
    if (lines > linesAllowed)
      offences.push(`${source.path}:${linesAllowed}: ${lines} lines: split it where the idea splits`);
    return offences;
  });
}
