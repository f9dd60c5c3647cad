/** /client-releases: list, add, show, delete. */
import {
  ClientPackage,
  ClientReleaseAdd,
  ClientReleaseSummary,
  ClientReleases,
  ClientSetup,
  ClientSetupScript,
  ClientVersion,
  ConfiguredPackage,
} from '@holdfast/contract';
import Type from 'typebox';
import type { SiteContext } from '../context.ts';
import { type Api, errors, identityOf, Nothing } from '../http/api.ts';
import { clientSetup, configuredPackage, currentScript } from './client-setup.ts';
import { addRelease, releases, removeRelease } from './model.ts';
import { getRelease } from './store.ts';

/** Bytes of a signed release with its 64 packages. */
const releaseBodyLimit = 1024 * 1024;

const VersionParams = Type.Object({ version: ClientVersion }, { additionalProperties: false });

const PackageParams = Type.Object(
  { version: ClientVersion, name: ClientPackage.properties.name },
  { additionalProperties: false },
);

export function releaseRoutes(api: Api, context: SiteContext): void {
  api.get(
    '/client-releases',
    {
      schema: {
        summary: 'Releases of the client, the newest version first',
        response: { 200: ClientReleases, ...errors },
      },
    },
    () => releases(context.reader),
  );
  api.post(
    '/client-releases',
    {
      bodyLimit: releaseBodyLimit,
      schema: {
        summary: 'Add a signed release of uploaded packages',
        body: ClientReleaseAdd,
        response: { 201: ClientReleaseSummary, ...errors },
      },
    },
    async (request, reply) =>
      reply.status(201).send(await addRelease(context, identityOf(request).actor, request.body)),
  );
  api.get(
    '/client-releases/:version',
    {
      schema: {
        summary: 'One release',
        params: VersionParams,
        response: { 200: ClientReleaseSummary, ...errors },
      },
    },
    (request) => getRelease(context.reader, request.params.version),
  );
  api.delete(
    '/client-releases/:version',
    {
      schema: {
        summary: 'Delete a release that no client has',
        params: VersionParams,
        response: { 204: Nothing, ...errors },
      },
    },
    async (request, reply) => {
      await removeRelease(context, identityOf(request).actor, request.params.version);
      return reply.status(204).send(null);
    },
  );
  api.get(
    '/client-setup',
    {
      schema: {
        summary: 'What the line that a new machine runs is made of',
        response: { 200: ClientSetup, ...errors },
      },
    },
    () => clientSetup(context),
  );
  api.get(
    '/client-setup/script',
    {
      schema: {
        summary: 'The script that a new Linux machine runs',
        response: { 200: ClientSetupScript, ...errors },
      },
    },
    () => currentScript(context),
  );
  api.post(
    '/client-releases/:version/packages/:name/configured',
    {
      schema: {
        summary: 'The .msi of a release with address and token written into it',
        description:
          'Answers the package itself (application/octet-stream); whoever has it may enrol with the token.',
        params: PackageParams,
        body: ConfiguredPackage,
      },
    },
    async (request, reply) => {
      const bytes = await configuredPackage(context, request.params, request.body.token);
      return reply
        .header('cache-control', 'no-store')
        .type('application/octet-stream')
        .send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    },
  );
}
