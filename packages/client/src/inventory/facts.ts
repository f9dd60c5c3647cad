/** What the client says of its machine. */
import { ClientFacts, HoldfastError } from '@holdfast/contract';
import { Compile } from 'typebox/compile';
import type { ClientContext } from '../context.ts';
import { plainText } from '../text.ts';

const factsSchema = Compile(ClientFacts);

/** The facts, cut to what the wire allows: a machine may be called whatever its owner likes. */
export async function readFacts(context: ClientContext): Promise<ClientFacts> {
  const { boot } = context.ports;
  const system = await boot.operatingSystem();
  const facts = {
    hostName: plainText(await boot.hostName(), 120) || 'unnamed',
    platform: system.platform,
    osName: plainText(system.name, 200),
    osVersion: plainText(system.version, 100),
    architecture: plainText(system.architecture, 40),
    clientVersion: plainText(context.options.version, 40),
    bootId: plainText(await boot.id(), 64),
    osEpoch: plainText(system.epoch, 64),
  };
  if (factsSchema.Check(facts)) return facts;
  throw new HoldfastError('internal', 'The facts of this machine do not fit their form.');
}
