/** What the client of an explored machine says of itself. */
import type { ClientEvent } from '@holdfast/client';
import { statusCatalogue } from '@holdfast/contract';
import type { World } from './world.ts';

const statusNames = new Set<string>(Object.values(statusCatalogue).map(({ name }) => name));

/** What the client says of itself, after it was committed. */
export function hear(world: World, { event, text, deploymentId, severity }: ClientEvent): void {
  const { timeline, ledger, said } = world;
  const known = statusNames.has(event) && !text.startsWith('It could not be recorded');
  if (known || severity !== 'info') timeline.tell('client', text);
  if (!known) return;
  said.push({ deploymentId, text });
  if (event === 'program-started') ledger.started();
  if (event !== 'software-verified' && event !== 'software-repaired') return;
  for (const software of world.every.values()) {
    const { name, version } = software.assignment.package;
    if (text.startsWith(`${name} ${version} `)) ledger.verified(software);
  }
}
