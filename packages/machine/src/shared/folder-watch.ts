/** A watch over files of the system: whoever changes them tells more than they hold. */
import { type FSWatcher, watch } from 'node:fs';
import type { Watch } from '@holdfast/ports';

/** Milliseconds that a place is quiet before its change is told: what comes with it has happened by then. */
const quietMs = 300;

/** Tells of changes in these folders and files; what is not there, or cannot be watched, tells nothing. */
export function watchPlaces(paths: readonly string[]): Watch {
  return (changed) => {
    let timer: NodeJS.Timeout | undefined;
    const stirred = () => {
      clearTimeout(timer);
      timer = setTimeout(changed, quietMs).unref();
    };
    const watchers = paths.flatMap((path) => watcherOf(path, stirred));
    return () => {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    };
  };
}

function watcherOf(path: string, stirred: () => void): readonly FSWatcher[] {
  try {
    const watcher = watch(path, { persistent: false }, stirred);
    // The folder was removed, or the system has no more watches to give: whoever waits looks again by itself.
    watcher.on('error', () => watcher.close());
    return [watcher];
  } catch {
    return [];
  }
}
