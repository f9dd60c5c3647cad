/** An opened package as data to be written, and the bytes that are written from such data. */
import { bytesSink, type Database, type PackageData, writePackage } from '@holdfast/msi';

export async function dataOf(database: Database): Promise<PackageData> {
  // Of a name that comes twice, and of the summary in its packed form, there is one stream to copy.
  const names = new Set(database.streams.map(({ name }) => name));
  names.delete('\u0005SummaryInformation');
  return {
    kind: database.kind,
    codePage: database.codePage,
    tables: await Promise.all(database.tables.map((name) => database.table(name))),
    streams: [...names].flatMap((name) => {
      const content = database.stream(name);
      return content === undefined ? [] : [{ name, content }];
    }),
    summary: await database.summary(),
  };
}

/** The bytes of a package. */
export async function written(data: PackageData): Promise<Uint8Array> {
  const sink = bytesSink();
  const length = await writePackage(data, sink);
  const bytes = sink.bytes();
  if (bytes.length !== length) throw new Error(`${length} bytes were said, ${bytes.length} written`);
  return bytes;
}
