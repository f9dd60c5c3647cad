/** What a power cut leaves of a simulated disk; the fault model stands at the top of `volume.ts`. */
import type { Random } from '../world/random.ts';
import { type Content, writeContent } from './content.ts';
import {
  type ContentChange,
  changed,
  type FolderNode,
  type NameChange,
  type Place,
  type Room,
} from './nodes.ts';

/** Bytes that a disk writes whole or not at all. */
const sectorSize = 512;

/** What happens at a power cut to what is on its way; `random` decides for each alone. */
export type Fate = 'lost' | 'kept' | 'random';
export type Damage = { readonly names: Fate; readonly contents: Fate };

/** The chosen changes and, of the earlier ones, those that they build on. */
export function withFoundations(
  names: readonly NameChange[],
  chosen: (step: NameChange) => boolean,
): ReadonlySet<NameChange> {
  const kept = new Set<NameChange>();
  for (const step of names.toReversed()) {
    if (chosen(step) || [...kept].some((later) => buildsOn(later, step))) kept.add(step);
  }
  return kept;
}

function buildsOn(later: NameChange, earlier: NameChange): boolean {
  const nodes = [earlier.node, earlier.replaced];
  if (nodes.includes(later.node) || (later.replaced !== undefined && nodes.includes(later.replaced)))
    return true;
  return [later.from, later.to].some(
    (place) => place !== undefined && [earlier.from, earlier.to].some((other) => samePlace(place, other)),
  );
}

function samePlace(place: Place, other: Place | undefined): boolean {
  return other !== undefined && place.folder === other.folder && place.name === other.name;
}

export function survivingNames(
  names: readonly NameChange[],
  fate: Fate,
  random: Random,
): ReadonlySet<NameChange> {
  if (fate === 'lost') return new Set();
  if (fate === 'kept') return new Set(names);
  if (random.chance(1, 2)) return new Set(names.slice(0, random.integer(names.length + 1)));
  return withFoundations(names, () => random.chance(1, 2));
}

/** Makes the durable image of this tree the one that is read. */
export function restart(folder: FolderNode, fate: Fate, random: Random, rooms: Set<Room>): void {
  if (!rooms.has(folder.room)) {
    rooms.add(folder.room);
    folder.room.used = 0;
  }
  folder.removed = false;
  folder.entries = new Map(folder.durable);
  for (const node of folder.durable.values()) {
    if (node.kind === 'folder') restart(node, fate, random, rooms);
    if (node.kind !== 'file') continue;
    for (const step of node.unsynced) node.durable = survivor(node.durable, step, fate, random);
    node.unsynced = [];
    node.lost = false;
    node.content = node.durable;
    node.times = node.durableTimes;
    node.holders = 0;
    node.runners = 0;
    node.room.used += node.content.length;
  }
}

function survivor(content: Content, step: ContentChange, fate: Fate, random: Random): Content {
  const drawn = fate === 'random' ? random.pick(['lost', 'kept', 'torn'] as const) : fate;
  if (drawn === 'lost') return content;
  if (drawn === 'kept' || step.kind === 'truncate') return changed(content, step);
  let torn = content;
  for (let done = 0; done < step.data.length; ) {
    const at = step.position + done;
    const take = Math.min(sectorSize - (at % sectorSize), step.data.length - done);
    if (random.chance(1, 2)) torn = writeContent(torn, at, step.data.subarray(done, done + take));
    done += take;
  }
  return torn;
}
