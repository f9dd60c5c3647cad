/** What kind of package a compound file is: the class of its root, and for a merge module its own table. */

/** An installer, a merge module (.msm: it has a ModuleSignature), a transform (.mst) or a patch (.msp). */
export type PackageKind = 'installer' | 'merge-module' | 'transform' | 'patch';

/** First part of the root's class; the rest is `-0000-0000-C000-000000000046` in all of them. */
export const classNumbers = { database: 0xc1084, transform: 0xc1082, patch: 0xc1086 } as const;

/** Bytes of a class as a compound file stores it. */
export function classIdOf(kind: PackageKind): Uint8Array {
  const number = kind === 'transform' || kind === 'patch' ? classNumbers[kind] : classNumbers.database;
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(0, number, true);
  bytes[8] = 0xc0;
  bytes[15] = 0x46;
  return bytes;
}

/** The cabinet that every merge module has. */
export const moduleCabinet = 'MergeModule.CABinet';

/**
 * A class that is none of these counts as a database: some writers leave it empty, and the tables are what is used.
 * An installer keeps the ModuleSignature of what was merged into it, so the table alone makes no merge module.
 * @param classId 16 bytes as stored
 */
export function packageKind(
  classId: Uint8Array,
  tables: readonly string[],
  hasStream: (name: string) => boolean = () => false,
): PackageKind {
  for (const kind of ['transform', 'patch'] as const) {
    if (Buffer.compare(classId, classIdOf(kind)) === 0) return kind;
  }
  if (!tables.includes('ModuleSignature')) return 'installer';
  return hasStream(moduleCabinet) || !tables.includes('Media') ? 'merge-module' : 'installer';
}
