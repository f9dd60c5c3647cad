/** The server of the network suite for real: node:https with optional client certificates, on a free port. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { answerOf, type PlannedAnswer, type ReceivedRequest } from '@holdfast/ports/suites';
import { type Authority, createAuthority } from './authority.ts';

export type ContractServer = {
  readonly port: number;
  readonly authority: Authority;
  readonly server: Server;
  /** Resolves when a client has gone away before its answer was at an end. */
  abandoned(): Promise<void>;
  close(): Promise<void>;
};

/** The certificate is for the address 127.0.0.1 alone: `localhost` is another name. */
export async function startContractServer(): Promise<ContractServer> {
  const authority = await createAuthority('Contract CA');
  const own = await authority.issue('contract server', { ip: '127.0.0.1' });
  const gone = new EventTarget();
  const server = createServer({
    cert: own.certificate,
    key: own.privateKey,
    ca: authority.certificate,
    requestCert: true,
    rejectUnauthorized: false,
  });
  server.on('request', (request, response) => {
    response.on('close', () => {
      if (!response.writableFinished) gone.dispatchEvent(new Event('abandoned'));
    });
    received(request).then(
      (whole) => give(response, answerOf(whole)),
      () => response.destroy(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    authority,
    server,
    abandoned: async () => {
      await once(gone, 'abandoned');
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function received(request: IncomingMessage): Promise<ReceivedRequest> {
  const socket = request.socket as TLSSocket;
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const certificate = socket.authorized ? socket.getPeerX509Certificate() : undefined;
  const clientName = certificate === undefined ? undefined : /^CN=(.*)$/m.exec(certificate.subject)?.[1];
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    ),
    body: Buffer.concat(chunks).toString('utf8'),
    ...(clientName !== undefined && { clientName }),
  };
}

function give(response: ServerResponse, answer: PlannedAnswer): void {
  if (answer.status !== 0) {
    response.writeHead(answer.status, answer.headers);
    response.flushHeaders();
  }
  for (const chunk of answer.body) response.write(chunk);
  if (answer.after === 'end') response.end();
  if (answer.after === 'cut') response.socket?.destroySoon();
  if (answer.after === 'ever') repeat(response, answer.body);
}

function repeat(response: ServerResponse, body: readonly Uint8Array[]): void {
  const data = Buffer.concat(body);
  const more = () => {
    while (!response.destroyed && response.write(data));
  };
  response.on('drain', more);
  more();
}
