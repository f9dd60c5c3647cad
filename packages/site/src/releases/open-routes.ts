/** What a machine gets from the management point before it is a client: the signed release, its packages, the script. */
import { ClientVersion, HoldfastError, mpPaths, Sha256 } from '@holdfast/contract';
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import type { SiteContext } from '../context.ts';
import { sendContent } from '../http/send-content.ts';
import { currentScript, scriptPath } from './client-setup.ts';
import { envelopeOf, newestEnvelope } from './model.ts';
import { isPackage } from './store.ts';

const VersionParams = Type.Object({ version: ClientVersion }, { additionalProperties: false });
const HashParams = Type.Object({ hash: Sha256 }, { additionalProperties: false });

/** None of these needs a certificate: nothing here is secret, and a machine believes signatures and hashes only. */
export function openReleaseRoutes(app: FastifyInstance, context: SiteContext): void {
  app.get(mpPaths.clientRelease, async (_request, reply) =>
    reply.type('application/json').send(await newestEnvelope(context.reader)),
  );
  // A repair never upgrades: a machine with an older version asks for the release that it has.
  app.get<{ Params: { version: string } }>(
    `${mpPaths.clientRelease}/:version`,
    { schema: { params: VersionParams } },
    async (request, reply) =>
      reply.type('application/json').send(await envelopeOf(context.reader, request.params.version)),
  );
  app.get<{ Params: { hash: Sha256 } }>(
    `${mpPaths.clientPackages}/:hash`,
    { schema: { params: HashParams } },
    async (request, reply) => {
      const { hash } = request.params;
      // The content store holds everything that is deployed: strangers get packages of the client alone.
      if (!(await isPackage(context.reader, hash))) {
        throw new HoldfastError('content.not-found', 'No release of the client has this package.');
      }
      return await sendContent(context.content, hash, request, reply);
    },
  );
  app.get(scriptPath, async (_request, reply) => {
    const { text } = await currentScript(context);
    return reply.type('text/x-shellscript; charset=utf-8').send(text);
  });
}
