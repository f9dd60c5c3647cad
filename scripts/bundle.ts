/** How a program is bundled: modules for Node, with what is imported dynamically in files of its own. */
import { type BuildResult, build } from 'esbuild';

/** Writes `<name>.mjs`, `chunks` and their source maps into `output`; answers what they were made of. */
export async function bundleProgram(program: {
  readonly name: string;
  readonly entry: string;
  readonly output: string;
  /** The oldest Node that runs it. */
  readonly target: 'node22' | 'node24';
  /** Modules that are not bundled, as they are imported. */
  readonly external: readonly string[];
}): Promise<BuildResult<{ metafile: true }>> {
  return build({
    entryPoints: { [program.name]: program.entry },
    outdir: program.output,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    // What is imported dynamically becomes a file of its own, and costs neither memory nor time before.
    splitting: true,
    platform: 'node',
    target: program.target,
    format: 'esm',
    sourcemap: true,
    legalComments: 'linked',
    logLevel: 'warning',
    metafile: true,
    external: [...program.external],
    // CommonJS packages inside an ES module bundle still ask for Node's own modules through `require`.
    banner: {
      js: "import { createRequire as createBundleRequire } from 'node:module'; const require = createBundleRequire(import.meta.url);",
    },
  });
}
