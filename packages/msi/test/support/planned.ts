/** Plans command lines for built packages on a root in a folder, and carries them out. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { bytesSource, openContent, openProduct } from '@holdfast/msi';
import { parseMsiexec } from '../../src/command-line.ts';
import type { WindowsHost } from '../../src/host/model.ts';
import { openCachedPackages } from '../../src/plan/cached-packages.ts';
import type { FileDecision, Plan } from '../../src/plan/model.ts';
import { planPackage } from '../../src/plan/plan.ts';
import { requestOf } from '../../src/plan/request.ts';
import { run } from '../../src/run/run.ts';
import { type Built, build, least } from '../build-support.ts';
import { realRoot } from './hosts.ts';

export type Site = {
  readonly host: WindowsHost;
  plan(line: string, built: Built): Promise<Plan>;
  /** Plans and carries out; the installation must succeed. */
  run(line: string, built: Built): Promise<Plan>;
  write(path: string, content: string): Promise<void>;
  text(path: string): Promise<string | undefined>;
};

/** A Windows with nothing on it. */
export async function freshSite(
  test: TestContext,
  options: Parameters<Awaited<ReturnType<typeof realRoot>>['open']>[0] = {},
): Promise<Site> {
  const host = await (await realRoot(test)).open(options);
  const cached = openCachedPackages(host.files);
  test.after(() => cached[Symbol.asyncDispose]());
  const plan: Site['plan'] = async (line, { database, bytes }) => {
    const command = parseMsiexec(`msiexec ${line}`);
    const request = command && requestOf(command);
    assert.ok(request, line);
    const from = { database, path: 'C:\\packages\\sample.msi', size: bytes.length };
    return await planPackage({ request, from, host, openCached: cached.openCached });
  };
  return {
    host,
    plan,
    async run(line, built) {
      const planned = await plan(line, built);
      const product = await openProduct(built.database);
      const content = openContent(built.database, product, built);
      const source = { database: built.database, content, source: bytesSource(built.bytes) };
      const result = await run(host, planned, new Map([[planned.productCode, source]]));
      assert.equal(result.exitCode, 0, JSON.stringify(result));
      return planned;
    },
    async write(path, content) {
      const folders = path.split('\\').slice(1, -1);
      for (const index of folders.keys())
        await host.files.createFolder(`C:\\${folders.slice(0, index + 1).join('\\')}`);
      await host.files.remove(path);
      const bytes = Buffer.from(content);
      async function* pieces() {
        yield bytes;
      }
      await host.files.stage(path, pieces(), bytes.length);
    },
    text: (path) =>
      host.files.read(path, async (content) => Buffer.from(await content.read(0, content.size)).toString()),
  };
}

/** A product with these parts; every source file has its own name as content. */
export function product(parts: Readonly<Record<string, unknown>> = {}): Promise<Built> {
  return build({ ...least, folder: 'ProgramFiles6432Folder/Sample', ...parts });
}

export function decisionOf({ decisions }: Plan, file: string): FileDecision | undefined {
  return decisions.find((one) => one.path.endsWith(`\\${file}`));
}
