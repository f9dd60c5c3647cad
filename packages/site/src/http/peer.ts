/** Who is at the other end of a connection to the management point: the client that its certificate names, and its wire. */
import { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { currentWire, HoldfastError, type Wire, wireOf } from '@holdfast/contract';
import type { Clock } from '@holdfast/ports';
import type { FastifyRequest } from 'fastify';
import type { ClientRegistry, RegisteredClient } from '../clients/registry.ts';

/** What a certificate says; read once for each connection. */
type Peer = { readonly clientId: string; readonly notAfter: number };

/** @param late milliseconds for which a certificate may have expired; 0 unless given */
export type IdentifyPeer = (request: IncomingMessage, late?: number) => RegisteredClient;

/**
 * Milliseconds for which a certificate that has expired still gets a new one, and nothing else: a machine that was switched off
 * for long is the same client when it comes back.
 */
export const renewalGraceMs = 365 * 86_400_000;

function commonName(certificate: X509Certificate): string {
  return /^CN=([0-9a-f-]{36})$/m.exec(certificate.subject)?.[1] ?? '';
}

/** @throws HoldfastError `certificate.required`, `certificate.expired` */
function readPeer(socket: unknown, authorities: readonly X509Certificate[]): Peer {
  const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
  if (!(socket instanceof TLSSocket) || !certificate) {
    throw new HoldfastError(
      'certificate.required',
      'This request needs the certificate of an enrolled client.',
    );
  }
  if (socket.authorized) {
    return { clientId: commonName(certificate), notAfter: Date.parse(certificate.validTo) };
  }
  // The handshake names one trouble, maybe of several: who signed it is looked at anew.
  if (String(socket.authorizationError) === 'CERT_HAS_EXPIRED' && isOurs(certificate, authorities))
    return { clientId: commonName(certificate), notAfter: Date.parse(certificate.validTo) };
  throw new HoldfastError('certificate.required', 'The certificate was not issued by this site.', {
    details: { reason: String(socket.authorizationError) },
  });
}

/** RFC 5280, 4.2.1.12: id-kp-clientAuth. */
const clientUsage = '1.3.6.1.5.5.7.3.2';

/** A client's, directly below one of the site's authorities. */
const isOurs = (certificate: X509Certificate, authorities: readonly X509Certificate[]) =>
  authorities.some((one) => certificate.checkIssued(one) && certificate.verify(one.publicKey)) &&
  certificate.keyUsage?.includes(clientUsage) === true;

const expired = () => new HoldfastError('certificate.expired', 'The certificate of the client has expired.');

/**
 * Certificates are checked by the TLS handshake and read once for each connection; whether the client is known,
 * not revoked, and its certificate not run out meanwhile is looked at with every request.
 */
export function peerIdentifier(
  clients: ClientRegistry,
  clock: Clock,
  authorityTexts: readonly string[],
): IdentifyPeer {
  const authorities = authorityTexts.map((one) => new X509Certificate(one));
  const peers = new WeakMap<object, Peer>();
  return ({ socket }, late = 0) => {
    let peer = peers.get(socket);
    if (!peer) {
      peer = readPeer(socket, authorities);
      peers.set(socket, peer);
    }
    if (peer.notAfter + late <= clock.now()) throw expired();
    const client = clients.get(peer.clientId);
    if (!client) {
      throw new HoldfastError(
        'certificate.required',
        'The site does not know the client of this certificate.',
      );
    }
    if (client.revoked) throw new HoldfastError('certificate.revoked', 'The client was revoked.');
    return client;
  };
}

/** The wire that a request came on; what belongs to none is a path that is not there. */
export const spokenWire = (request: Pick<FastifyRequest, 'originalUrl'>): Wire =>
  wireOf(request.originalUrl) ?? currentWire;

/** Refuses strangers before a body of theirs is read. @param late as of `IdentifyPeer` */
export function knownClient(identify: IdentifyPeer, late = 0) {
  return async (request: FastifyRequest): Promise<void> => {
    identify(request.raw, late);
  };
}
