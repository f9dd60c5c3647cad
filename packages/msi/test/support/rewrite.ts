/** The bytes that are written from the data of a package. */
import { bytesSink, type PackageData, writePackage } from '@holdfast/msi';

/** The bytes of a package. */
export async function written(data: PackageData): Promise<Uint8Array> {
  const sink = bytesSink();
  const length = await writePackage(data, sink);
  const bytes = sink.bytes();
  if (bytes.length !== length) throw new Error(`${length} bytes were said, ${bytes.length} written`);
  return bytes;
}
