/**
 * What is left for the next start of Windows, in the registry where the session manager looks for it: pairs of paths.
 * Source: learn.microsoft.com, MoveFileExW (MOVEFILE_DELAY_UNTIL_REBOOT), PendingFileRenameOperations.
 */
import { isHoldfastError } from '@holdfast/contract';
import type { RegistryPlace } from '../root/registry.ts';
import type { HostFiles, HostRegistry, WindowsHost } from './model.ts';

const sessionManager: RegistryPlace = {
  hive: 'HKLM',
  key: 'System\\CurrentControlSet\\Control\\Session Manager',
  view: '64',
};
const valueName = 'PendingFileRenameOperations';
/** Paths of the kernel; one that is replaced has an exclamation mark before it. */
const native = '\\??\\';

export type PendingOperation = {
  readonly from: string;
  /** Undefined: it is removed. */
  readonly to: string | undefined;
};

/** Paths as they stand there, in pairs: an empty second one removes the first. */
function pathsIn(registry: Pick<HostRegistry, 'value'>): readonly string[] {
  const data = registry.value(sessionManager, valueName);
  if (data?.kind !== 'texts') return [];
  // The empty path at the end of the list is taken for the end of the value.
  return data.texts.length % 2 === 0 ? data.texts : [...data.texts, ''];
}

/** In the order in which they are to be done. */
export function pendingOperations(registry: Pick<HostRegistry, 'value'>): readonly PendingOperation[] {
  const plain = (path: string): string => path.replace(/^!/, '').replace(/^\\\?\?\\/, '');
  const paths = pathsIn(registry);
  return Array.from({ length: paths.length / 2 }, (_, index) => {
    const [from = '', to = ''] = paths.slice(index * 2, index * 2 + 2);
    return { from: plain(from), to: to === '' ? undefined : plain(to) };
  });
}

function same(one: string | undefined, other: string | undefined): boolean {
  return one?.toLowerCase() === other?.toLowerCase();
}

/** Whether the last that is to be done with these files is just this: asked for again, it is there already. */
function isThere(list: readonly PendingOperation[], { from, to }: PendingOperation): boolean {
  const last = list.findLast((one) =>
    [from, to].some((path) => path !== undefined && (same(one.from, path) || same(one.to, path))),
  );
  return last !== undefined && same(last.from, from) && same(last.to, to);
}

/** Leaves one more for the next start, behind those that are there. */
export function restartList(registry: HostRegistry): Pick<HostFiles, 'atRestart'> {
  return {
    async atRestart(from, to) {
      if (isThere(pendingOperations(registry), { from, to })) return;
      const pair = [`${native}${from}`, to === undefined ? '' : `!${native}${to}`];
      const texts = [...pathsIn(registry), ...pair];
      await registry.apply([
        { kind: 'set', place: sessionManager, name: valueName, data: { kind: 'texts', texts } },
      ]);
    },
  };
}

/**
 * Does what Windows does with the list when it starts: every one in order, those that cannot be done passed over, then
 * the list is removed. Cut off and asked again it goes on where it was.
 * @returns those that could not be done
 */
export async function performRestart(
  host: Pick<WindowsHost, 'files' | 'registry'>,
): Promise<readonly PendingOperation[]> {
  const failed: PendingOperation[] = [];
  for (const operation of pendingOperations(host.registry)) {
    try {
      if (operation.to === undefined) await host.files.remove(operation.from);
      else if (await host.files.stat(operation.from)) await host.files.move(operation.from, operation.to);
    } catch (thrown) {
      if (!isHoldfastError(thrown)) throw thrown;
      failed.push(operation);
    }
  }
  await host.registry.apply([{ kind: 'remove-value', place: sessionManager, name: valueName }]);
  return failed;
}
