/** Every limit of the cabinet reader, by name. What a cabinet may hold, and what reading one may cost. */

export const cabinetLimits = {
  /** Most bytes that one data block may unpack to [MS-CAB 2.4]. */
  blockBytes: 32_768,
  /** Most bytes that one data block may take packed: a block that did not shrink, and its codec's overhead [MS-CAB 2.4]. */
  packedBlockBytes: 32_768 + 6144,
  /** Most bytes of a file's name, and of a neighbour's or disk's name [MS-CAB 2.1, 2.3]. */
  nameBytes: 255,
  /** Most bytes of the header's reserved area [MS-CAB 2.1]. */
  headerReserveBytes: 60_000,
  /** Most files of one cabinet [MS-CAB 2.1]. */
  files: 65_535,
  /** Most bytes of a folder that is packed: 65,535 blocks [MS-CAB 2.2]. */
  folderBytes: 65_535 * 32_768,
  /** Most bytes of a cabinet that is packed: what Windows takes. */
  cabinetBytes: 0x7fff_ffff,
  /** Most folders in a file's name. */
  nameDepth: 32,
  /** Most folders that the names of a set lie in, those inside each other counted each. */
  nameFolders: 65_536,
  /** Most cabinets in one set. */
  cabinets: 1000,
  /** A cabinet set may declare this many times its own size, */
  expansion: 2000,
  /** or this many bytes, whichever is more. */
  expansionFloorBytes: 64 * 1024 * 1024,
  /** Most bytes of folders that belong to no file, between files or behind them: packers leave none. */
  unusedBytes: 64 * 1024 * 1024,
  /** Bytes that are read from a source at once. */
  readBytes: 1024 * 1024,
  /** Bytes of unpacked content that are handed out at once. */
  chunkBytes: 1024 * 1024,
} as const;
