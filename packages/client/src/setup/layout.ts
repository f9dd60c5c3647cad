/** Installing a .tar.gz: the tree of the chosen package, in the place of the one that is there. */
import { HoldfastError } from '@holdfast/contract';
import { openPath, withOpen } from '@holdfast/engine';
import { layOutTree } from '../installer/tree.ts';
import { filesOfPackage } from './installation.ts';
import { chosenOf, wholePackage } from './obtain.ts';
import type { SetUp } from './set-up.ts';

/** @throws HoldfastError `content.hash-mismatch`, `component.damaged`, `disk.*` */
export async function layOutPackage(setUp: SetUp): Promise<void> {
  const { host, state } = setUp;
  await layOutTree(host.ports.disk, {
    install: host.places.install,
    trouble: (folder) => filesOfPackage(setUp, folder),
    withPackage: async (use) => {
      const { name } = chosenOf(setUp).package;
      const from = await wholePackage(setUp);
      if (from === undefined)
        throw new HoldfastError('content.hash-mismatch', `${name} is not whole any more.`);
      await withOpen(openPath(state, from), (folder) => withOpen(folder.read(name), use));
    },
  });
}
