/** The request that every client sends all the time, answered before the framework sees it: is my policy still the same? */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { HoldfastError, mpPaths } from '@holdfast/contract';
import type { ClientRegistry } from '../clients/registry.ts';
import type { IdentifyPeer } from './peer.ts';

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
): (request: IncomingMessage, response: ServerResponse) => boolean {
  return (request, response) => {
    const asked = request.headers['if-none-match'];
    if (request.url !== mpPaths.policy || request.method !== 'GET' || asked === undefined) return false;
    try {
      const client = identify(request);
      if (client.policyTag === undefined || !sameTag(asked, client.policyTag)) return false;
      clients.seen(client);
      response.writeHead(304, ['etag', `"${client.policyTag}"`]);
      response.end();
      return true;
    } catch (thrown) {
      if (thrown instanceof HoldfastError) return false;
      throw thrown;
    }
  };
}
