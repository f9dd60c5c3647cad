/** Packages for simulated machines: compiled from a description, installed while Windows is not running. */
import { HoldfastError } from '@holdfast/contract';
import { bytesSink, bytesSource, writePackage } from '@holdfast/msi';
import { compileProduct, type ProductDescription } from '@holdfast/msi/build';
import { putFile } from '../../windows/files.ts';
import type { BootTimes, SimulatedWindows } from '../../windows/machine.ts';
import { msiexec } from '../../windows/msiexec.ts';

/** The bytes of a package whose files come from `fileOf`, by their source paths. */
export async function packageOf(
  description: ProductDescription,
  fileOf: (source: string) => Uint8Array,
): Promise<Uint8Array> {
  const { data } = await compileProduct(description, async (source) => bytesSource(fileOf(source)));
  const sink = bytesSink();
  await writePackage(data, sink);
  return Uint8Array.from(sink.bytes());
}

/** Puts a package into a folder of a machine that is not running, and installs it from there. */
export async function installOffline(
  windows: SimulatedWindows,
  folder: string,
  fileName: string,
  bytes: Uint8Array,
): Promise<void> {
  const host = await windows.offline();
  await putFile(host.files, `${folder}\\${fileName}`, bytes);
  const { exitCode, cause } = await msiexec(host, `msiexec /i ${fileName}`, folder);
  if (exitCode === 0) return;
  throw new HoldfastError(
    'internal',
    `${fileName} could not be installed: ${exitCode} ${cause?.message ?? ''}`,
  );
}

/** A boot in which nothing is slow. */
export const usualBoot: BootTimes = { kernelMs: 20_000, protectionMs: 5_000, services: {} };
