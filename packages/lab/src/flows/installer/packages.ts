/** Packages as the installer is given them, and the stories of one product from its installation to its end. */
import {
  bytesSink,
  bytesSource,
  type Content,
  type Database,
  openContent,
  openDatabase,
  openProduct,
  type Plan,
  type Product,
  planPackage,
  type Request,
  type RunResult,
  run,
  type WindowsHost,
  writePackage,
} from '@holdfast/msi';
import { compileProduct, type ProductDescription } from '@holdfast/msi/build';
import { makeFolders } from '../../machine/machine.ts';
import { diskWith, freshTree, type Tree, treeOf, withFiles } from './root.ts';

/** One run of the installer on a machine. */
export type Story = {
  readonly name: string;
  readonly before: Tree;
  /** Files that another program holds until the machine is started anew; paths below the root. */
  readonly held?: readonly string[];
  /**
   * Plans and runs; the lock is held, and what was broken off is at its end.
   * @param ended called whenever an operation is at its end: a file staged, a step applied, undone or finished
   */
  act(host: WindowsHost, ended?: () => void): Promise<RunResult>;
};

/** A description of a product with the bytes of its files by their source. */
export type DrawnProduct = {
  readonly description: ProductDescription;
  readonly files: ReadonlyMap<string, Uint8Array>;
};

type Package = {
  readonly bytes: Uint8Array;
  readonly database: Database;
  readonly product: Product;
  readonly productCode: string;
  readonly content: Content;
};

async function packageOf({ description, files }: DrawnProduct): Promise<Package> {
  const { data, beside, productCode } = await compileProduct(description, async (source) => {
    const bytes = files.get(source);
    if (bytes === undefined) throw new Error(`no file ${source}`);
    return bytesSource(bytes);
  });
  const sink = bytesSink();
  await writePackage(data, sink);
  const bytes = Uint8Array.from(sink.bytes());
  const database = await openDatabase(bytesSource(bytes));
  const product = await openProduct(database);
  const content = openContent(database, product, {
    neighbours: async (steps) => {
      const path = steps.join('/').toLowerCase();
      const found = beside.find(({ name }) => name.toLowerCase() === path);
      return found && { ...found.content, [Symbol.asyncDispose]: async () => undefined };
    },
  });
  return { bytes, database, product, productCode, content };
}

/** Opens a package that the machine keeps. */
async function openCached(host: WindowsHost, path: string): Promise<Database | undefined> {
  const bytes = await host.files.read(path, (source) => source.read(0, source.size));
  return bytes && (await openDatabase(bytesSource(bytes)));
}

/**
 * Plans a request for a package and carries it out. Programs of Windows are passed over: there is none here. The same
 * machine gives the same plan: it is made once.
 */
function installation(
  from: Package,
  action: Request['action'],
  properties: Readonly<Record<string, string>>,
): Story['act'] {
  const source = { database: from.database, content: from.content, source: bytesSource(from.bytes) };
  const sources = new Map([[from.productCode.toUpperCase(), source]]);
  let plan: Plan | undefined;
  return async (host, ended = () => undefined) => {
    plan ??= await planPackage({
      request: { action, properties: new Map(Object.entries(properties)) },
      from: { database: from.database, path: 'C:\\packages\\tool.msi', size: from.bytes.length },
      host,
      openCached: (path) => openCached(host, path),
    });
    return await run(host, plan, sources, { passOverVitalActions: true, progress: ended });
  };
}

/** Without what a package says is to stay when it is removed: that would be no orphan. */
function withoutStaying(description: ProductDescription): ProductDescription {
  const text = JSON.stringify(description, (name, value: unknown) => {
    if (name === 'permanent') return undefined;
    return name === 'onUninstall' ? ['stop', 'delete'] : value;
  });
  return JSON.parse(text) as ProductDescription;
}

/** A newer product that replaces this one: some of its files are others. */
function successorOf({ description, files }: DrawnProduct): DrawnProduct {
  const newer = [...files].map(([source, bytes], index): [string, Uint8Array] => [
    source,
    index % 2 === 0 ? Buffer.concat([bytes, Buffer.from('newer')]) : bytes,
  ]);
  return { description: { ...description, version: '255.255.65535', upgrade: {} }, files: new Map(newer) };
}

/** Every third file of a product is removed, every third changed. */
function damaged(fresh: Tree, installed: Tree): Tree {
  const disk = diskWith(installed);
  const own = [...installed].filter(
    ([path, leaf]) => leaf !== undefined && !fresh.has(path) && !/\.reg$|\/Installer\//.test(path),
  );
  for (const [index, [path]] of own.entries()) {
    if (index % 3 === 2) continue;
    const cut = path.lastIndexOf('/');
    const folder = makeFolders(disk, `/root${path.slice(0, cut)}`);
    const place = { folder, name: path.slice(cut + 1) };
    disk.remove(place);
    if (index % 3 === 0) continue;
    const file = disk.newFile(place, 0o644);
    disk.write(file, 0, Buffer.from('damaged'));
    disk.setTimes(file, Date.UTC(2021, 1, 1));
  }
  return treeOf(disk);
}

/** Features of every level, but those that are switched off. */
const all = { INSTALLLEVEL: '32767' };

export type Stories = {
  readonly install: Story;
  readonly repair: Story;
  readonly upgrade: Story;
  /** Undefined where nothing of the product could be installed. */
  readonly uninstall?: Story;
};

/** What is on the disk once a story has ended. */
export type Ended = (story: Story) => Promise<Tree>;

/** The stories of a product; each later one begins where the installation has ended. */
export async function storiesOf(name: string, drawn: DrawnProduct, ended: Ended): Promise<Stories> {
  const product = { ...drawn, description: withoutStaying(drawn.description) };
  const from = await packageOf(product);
  const next = await packageOf(successorOf(product));
  const fresh = withFiles(await freshTree(), { 'notes.txt': 'not of any product' });
  const story = (what: string, before: Tree, act: Story['act']): Story => ({
    name: `${what} of ${name}`,
    before,
    act,
  });
  const first = story('installation', fresh, installation(from, 'install', all));
  const installed = await ended(first);
  // What has no feature to install is not registered: there is nothing to remove then.
  const removal = [...installed.keys()].some((path) => /\/windows\/Installer\/.+\.msi$/i.test(path));
  return {
    install: first,
    repair: story(
      'repair',
      damaged(fresh, installed),
      installation(from, 'install', { REINSTALL: 'ALL', REINSTALLMODE: 'vmeus' }),
    ),
    upgrade: story('major upgrade', installed, installation(next, 'install', all)),
    ...(removal
      ? {
          uninstall: story('removal', installed, installation(from, 'uninstall', { REMOVE: 'ALL' })),
        }
      : {}),
  };
}
