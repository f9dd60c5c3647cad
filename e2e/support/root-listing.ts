/** Everything that lies in the root of a booted Linux: for comparing what was there before with what is there after. */
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BootedLinux } from './booted.ts';

/** Books of dpkg and systemd, logs, and what lasts for one boot. */
const notOurs =
  /^(?:var\/(?:lib\/(?:dpkg|systemd)|log|tmp|cache\/ldconfig)|run|tmp|proc|sys|dev|root)(?:\/|$)|^etc\/(?:ld\.so\.cache|\.pwd\.lock|\.updated)$|^var\/\.updated$/;

/** Paths without their first slash, sorted; of /usr only what differs from the machine around it. */
export function rootListing(linux: BootedLinux): readonly string[] {
  const own = pathsIn(linux.pathOf('/'), '').filter((path) => !path.startsWith('usr/'));
  const changed = pathsIn(linux.changesOfUsr, 'usr/').filter((path) => !isOfAround(linux, path));
  return [...own, ...changed].filter((path) => !notOurs.test(path)).sort();
}

function pathsIn(folder: string, below: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${below}${entry.name}`;
    if (notOurs.test(path)) return [];
    return [path, ...(entry.isDirectory() ? pathsIn(join(folder, entry.name), `${path}/`) : [])];
  });
}

/** A folder that was copied up because something in it changed is no change itself; nor is what was taken away from there. */
function isOfAround({ changesOfUsr }: BootedLinux, path: string): boolean {
  const found = lstatSync(join(changesOfUsr, path.slice('usr/'.length)));
  if (found.isCharacterDevice()) return lstatSync(`/${path}`, { throwIfNoEntry: false }) === undefined;
  return found.isDirectory() && lstatSync(`/${path}`, { throwIfNoEntry: false })?.isDirectory() === true;
}
