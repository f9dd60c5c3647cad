/** Components are files of their own, loaded when they are needed: one that is damaged is missed only by who needs it. */
import { type ComponentName, HoldfastError } from '@holdfast/contract';

/**
 * Loads a component at the first call and keeps it. One that could not be loaded is tried again at the next call: Node
 * forgets a file that it did not find or could not read, so a mended component works without a restart of the client.
 */
function loader<Module>(component: ComponentName, load: () => Promise<Module>): () => Promise<Module> {
  let loaded: Module | undefined;
  return async () => {
    if (loaded !== undefined) return loaded;
    try {
      loaded = await load();
      return loaded;
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new HoldfastError('component.damaged', `The component ${component} cannot be loaded: ${why}`, {
        cause,
        details: { component },
      });
    }
  };
}

// Literal imports, of which the bundle makes files of their own. Both throw HoldfastError `component.damaged`.
export const loadSoftware = loader('software', () => import('./software/component.ts'));
export const loadInventory = loader('inventory', () => import('./inventory/component.ts'));

/**
 * Looking at components and mending them: `verifyComponents`, `repairComponents`, `fetchKeptPackage`. No component of its
 * own but a part of the core that is seldom needed.
 */
export const loadComponentWork = () => import('./components/index.ts');

/** Taking over foreign agents: a part of the core that most clients never need. */
export const loadTakeover = () => import('./takeover/index.ts');

/** Loads them all, for those who can wait for files only now: simulated machines, where no real time passes later. */
export async function loadComponents(): Promise<void> {
  await loadSoftware();
  await loadInventory();
  await loadComponentWork();
  await loadTakeover();
}
