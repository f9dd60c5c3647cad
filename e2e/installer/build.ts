/** Packages, laid down on drive C of a Windows: made-up ones, and real ones. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bytesSink, writePackage } from '@holdfast/msi';
import { compileProduct } from '@holdfast/msi/build';
import { type Made, madeProduct } from './products.ts';

/** A product that goes through all flows: Windows paths of its package, and of that of its next version. */
export type Subject = { readonly name: string; readonly first: string; readonly second?: string };

const packages = 'packages';
const fileName = 'product.msi';

function newFolder(driveC: string, name: string): { readonly linux: string; readonly windows: string } {
  const linux = join(driveC, packages, ...name.split('\\'));
  mkdirSync(linux, { recursive: true });
  return { linux, windows: `C:\\${packages}\\${name}\\${fileName}` };
}

async function build(driveC: string, name: string, { description, readFile }: Made): Promise<string> {
  const { data, beside } = await compileProduct(description, readFile);
  const sink = bytesSink();
  await writePackage(data, sink);
  const { linux, windows } = newFolder(driveC, name);
  writeFileSync(join(linux, fileName), sink.bytes());
  for (const { name: path, content } of beside) {
    mkdirSync(dirname(join(linux, path)), { recursive: true });
    writeFileSync(join(linux, path), await content.read(0, content.size));
  }
  return windows;
}

export async function madeSubject(driveC: string, seed: number): Promise<Subject> {
  const { first, second } = madeProduct(seed);
  return {
    name: `seed ${seed}`,
    first: await build(driveC, `${seed}\\first`, first),
    second: await build(driveC, `${seed}\\second`, second),
  };
}

/** @param path of the package, on Linux */
export function realSubject(driveC: string, name: string, path: string): Subject {
  const { linux, windows } = newFolder(driveC, name);
  copyFileSync(path, join(linux, fileName));
  return { name, first: windows };
}
