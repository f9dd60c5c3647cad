/** What differs on a machine from what a package would have put there, byte for byte, by feature. */
import {
  bytesSource,
  type Content,
  type Difference,
  evaluateInstalled,
  openContent,
  openDatabase,
  openProduct,
  type Product,
  type Root,
  verify,
  type WindowsHost,
} from '@holdfast/msi';

type Opened = { readonly product: Product; readonly content: Content };

/** Packages are read once in a process: nobody changes their bytes. */
const opened = new WeakMap<Uint8Array, Promise<Opened>>();

async function read(bytes: Uint8Array): Promise<Opened> {
  const database = await openDatabase(bytesSource(bytes));
  const product = await openProduct(database);
  return { product, content: openContent(database, product, { neighbours: async () => undefined }) };
}

function open(bytes: Uint8Array): Promise<Opened> {
  const package_ = opened.get(bytes) ?? read(bytes);
  opened.set(bytes, package_);
  return package_;
}

/** The differences within one feature; within all of them unless it is given. */
export async function differencesIn(
  host: WindowsHost,
  packageBytes: Uint8Array,
  feature?: string,
): Promise<readonly Difference[]> {
  const { product, content } = await open(packageBytes);
  const root: Root = { architecture: 'x86', files: host.files, registry: host.registry };
  const { differences } = await verify(product, await evaluateInstalled(product, root), root, content);
  return feature === undefined ? differences : differences.filter((one) => one.feature === feature);
}

/** `C:\WINNT\System32\Wuser32.exe is missing`, as a clause. */
export function differenceClause({ path, found, kind }: Difference): string {
  return kind.endsWith('-missing') || found === 'nothing' ? `${path} is missing` : `${path} is ${found}`;
}
