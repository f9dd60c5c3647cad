/** How a program is bundled: modules for Node, with what is imported dynamically in files of its own. */
import { dirname } from 'node:path';
import { type BuildResult, build, type Plugin } from 'esbuild';
import { projectFolder } from './built.ts';

/** Has one module of the sources loaded with other contents. */
function standIn(path: string, contents: string): Plugin {
  const filter = new RegExp(`^${path.replaceAll(/[\\.+*?^$()[\]{}|]/g, '\\$&')}$`);
  return {
    name: `instead of ${path}`,
    setup: ({ onLoad }) => onLoad({ filter }, () => ({ contents, loader: 'ts', resolveDir: dirname(path) })),
  };
}

/** Writes `<name>.mjs` of each entry and `chunks` into `output`; answers what they were made of. */
export async function bundleProgram(program: {
  /** Source files by their names in the output, without `.mjs`. */
  readonly entries: Readonly<Record<string, string>>;
  readonly output: string;
  /** The oldest Node that runs it. */
  readonly target: 'node22' | 'node24';
  /** Modules that are not bundled, as they are imported. */
  readonly external: readonly string[];
  /** Constants of the sources, as JavaScript. */
  readonly define?: Readonly<Record<string, string>>;
  /** What stands in for modules of the sources: contents by absolute path. */
  readonly instead?: Readonly<Record<string, string>>;
  /** Whether source maps are written, too; yes unless said. */
  readonly sourceMaps?: boolean;
  /** Whether each entry is one file that needs no other; no unless said. */
  readonly alone?: boolean;
}): Promise<BuildResult<{ metafile: true }>> {
  return build({
    entryPoints: { ...program.entries },
    // Paths in the output are seen from here: the same sources make the same bytes wherever the build was started.
    absWorkingDir: projectFolder,
    outdir: program.output,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    // What is imported dynamically becomes a file of its own, and costs neither memory nor time before.
    splitting: program.alone !== true,
    platform: 'node',
    target: program.target,
    format: 'esm',
    sourcemap: program.sourceMaps ?? true,
    legalComments: 'linked',
    logLevel: 'warning',
    metafile: true,
    define: { ...program.define },
    plugins: Object.entries(program.instead ?? {}).map(([path, contents]) => standIn(path, contents)),
    external: [...program.external],
    // CommonJS packages inside an ES module bundle still ask for Node's own modules through `require`.
    banner: {
      js: "import { createRequire as createBundleRequire } from 'node:module'; const require = createBundleRequire(import.meta.url);",
    },
  });
}
