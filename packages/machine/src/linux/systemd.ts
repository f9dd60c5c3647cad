/** Asking systemd: whether it runs, and what it shows. */
import { existsSync } from 'node:fs';
import type { askProgram } from '../shared/ask-program.ts';

/** Asks a program of systemd; undefined where it is missing. */
export type AskProgram = typeof askProgram;

/** Whether the machine was started by systemd. Source: sd_booted(3). */
export function systemdRuns(): boolean {
  return existsSync('/run/systemd/system');
}

/** What `show` printed, object by object: `NAME=value` lines, objects parted by an empty line. */
export function shownProperties(text: string): readonly ReadonlyMap<string, string>[] {
  return text
    .split(/\n{2,}/)
    .map(
      (block) =>
        new Map([...block.matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value])),
    )
    .filter((properties) => properties.size > 0);
}
