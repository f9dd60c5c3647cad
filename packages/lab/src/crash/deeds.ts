/** What a machine does, in words: the calls of a trace that change something or reach somebody. */
import type { Trace } from '../world/trace.ts';

type Facts = readonly unknown[];

const joined = (folder: unknown, name: unknown): string => `${folder}/${name}`;

/** `path` is the first fact of every call on the disk. */
const deeds: Readonly<Record<string, (facts: Facts) => string>> = {
  'disk.create': ([path, name]) => `creates ${joined(path, name)}`,
  'disk.rename': ([path, name, target, folder]) =>
    `renames ${joined(path, name)} to ${joined(folder ?? path, target)}`,
  'disk.remove': ([path, name]) => `removes ${joined(path, name)}`,
  'disk.removeFolder': ([path, name]) => `removes the folder ${joined(path, name)}`,
  'disk.syncFolder': ([path]) => `makes the names in ${path} durable`,
  'file.write': ([path, position, data]) =>
    `writes ${data instanceof Uint8Array ? data.length : 0} bytes at ${position} of ${path}`,
  'file.truncate': ([path, length]) => `cuts ${path} to ${length} bytes`,
  'file.setTimes': ([path]) => `sets the times of ${path}`,
  'file.sync': ([path]) => `makes ${path} durable`,
  'services.start': ([name]) => `starts the service ${name}`,
  'services.stop': ([name]) => `stops the service ${name}`,
  'processes.start': ([command]) => `starts ${programOf(command)}`,
  'network.request': ([method, url]) => `asks ${method} ${url}`,
};

function programOf(command: unknown): string {
  const named = typeof command === 'object' && command !== null && 'program' in command;
  return named ? String(command.program) : 'a program';
}

/** Keeps the deeds of a life, in order. */
export function deedTrace(): Trace {
  const lines: string[] = [];
  const open = new Map<unknown, number>();
  return {
    add(number, life, operation, ...facts) {
      if (number === '=') {
        const at = open.get(life);
        const failed = operation instanceof Error && 'code' in operation ? String(operation.code) : undefined;
        if (at !== undefined && failed !== undefined) lines[at] = `${lines[at]}, in vain: ${failed}`;
        return;
      }
      const words = deeds[String(operation)];
      if (words === undefined) return;
      open.set(number, lines.length);
      lines.push(`${life} ${words(facts)}`);
    },
    hash: () => '',
    lines: () => lines,
  };
}
