/** The request that every client sends all the time, answered before the framework sees it: is my policy still the same? */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { currentWire, HoldfastError, mpPaths, onWire2, type Wire } from '@holdfast/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ClientRegistry } from '../clients/registry.ts';
import type { WireGate } from '../wires/gate.ts';
import type { IdentifyPeer } from './peer.ts';

/** Where clients with a certificate ask for their policy. */
const policyWires: ReadonlyMap<string | undefined, Wire> = new Map([
  [mpPaths.policy, currentWire],
  [onWire2(mpPaths.policy), 2],
]);

/** With or without the quotes of an entity tag. */
export function sameTag(asked: string, tag: string): boolean {
  return asked === tag || (asked.length === tag.length + 2 && asked === `"${tag}"`);
}

/**
 * Answers 304 from memory where that is the answer, and says so; every other request, a refused one among them, is
 * left to the routes. A third of a check-in's time goes into a framework that has nothing to do for it.
 */
export function answerUnchanged(
  clients: ClientRegistry,
  identify: IdentifyPeer,
  gate: WireGate,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  return (request, response) => {
    const asked = request.headers['if-none-match'];
    const wire = policyWires.get(request.url);
    if (wire === undefined || request.method !== 'GET' || asked === undefined) return false;
    try {
      gate.admit(wire);
      const client = identify(request);
      if (client.wire !== wire || client.policyTag === undefined || !sameTag(asked, client.policyTag))
        return false;
      clients.seen(client, wire);
      response.writeHead(304, ['etag', `"${client.policyTag}"`]);
      response.end();
      return true;
    } catch (thrown) {
      if (thrown instanceof HoldfastError) return false;
      throw thrown;
    }
  };
}

/** The index of a client, or 304 where the client says that it has this one. */
export async function sendPolicy(
  { tag, body }: { readonly tag: string; readonly body: string },
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const asked = request.headers['if-none-match'];
  reply.header('etag', `"${tag}"`);
  if (asked !== undefined && sameTag(asked, tag)) return await reply.code(304).send();
  return await reply.type('application/json').send(body);
}
