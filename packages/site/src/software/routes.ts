/** /content, /packages and /packages/:id/programs. */
import type { Readable } from 'node:stream';
import {
  ContentUploaded,
  HoldfastError,
  PackageCreate,
  PackageDetail,
  PackageSummary,
  PageOf,
  PageQuery,
  Program,
  ProgramCreate,
  Sha256,
} from '@holdfast/contract';
import Type from 'typebox';
import type { SiteContext } from '../context.ts';
import { type Api, errors, IdParams, identityOf, Nothing } from '../http/api.ts';
import { createPackage, createProgram, removePackage } from './model.ts';
import { contentSizes, getPackageDetail, listPackages } from './store.ts';

/** A package may have 100,000 files; each is named with its path and hash. Bytes. */
const packageBodyLimit = 32 * 1024 * 1024;

const HashParams = Type.Object({ sha256: Sha256 }, { additionalProperties: false });

/** Other headers than these are the browser's or the proxy's own. */
const UploadHeaders = Type.Object({
  'content-length': Type.Optional(Type.String({ pattern: '^\\d{1,15}$' })),
  'x-content-sha256': Type.Optional(Sha256),
});

export function softwareRoutes(api: Api, context: SiteContext): void {
  api.get(
    '/packages',
    {
      schema: {
        summary: 'Packages by name',
        querystring: PageQuery,
        response: { 200: PageOf(PackageSummary), ...errors },
      },
    },
    (request) => listPackages(context.reader, request.query),
  );
  api.post(
    '/packages',
    {
      bodyLimit: packageBodyLimit,
      schema: {
        summary: 'Create a package of uploaded files',
        body: PackageCreate,
        response: { 201: PackageDetail, ...errors },
      },
    },
    async (request, reply) =>
      reply.status(201).send(await createPackage(context, identityOf(request).actor, request.body)),
  );
  api.get(
    '/packages/:id',
    { schema: { summary: 'One package', params: IdParams, response: { 200: PackageDetail, ...errors } } },
    (request) => getPackageDetail(context.reader, request.params.id),
  );
  api.delete(
    '/packages/:id',
    { schema: { summary: 'Remove a package', params: IdParams, response: { 204: Nothing, ...errors } } },
    async (request, reply) => {
      await removePackage(context, identityOf(request).actor, request.params.id);
      return reply.status(204).send(null);
    },
  );
  api.post(
    '/packages/:id/programs',
    {
      schema: {
        summary: 'Add a program to a package',
        params: IdParams,
        body: ProgramCreate,
        response: { 201: Program, ...errors },
      },
    },
    async (request, reply) =>
      reply
        .status(201)
        .send(await createProgram(context, identityOf(request).actor, request.params.id, request.body)),
  );
  uploadRoute(api, context);
  knownContentRoute(api, context);
}

/** So that bytes which the site has are not sent again. */
function knownContentRoute(api: Api, context: SiteContext): void {
  api.head(
    '/content/:sha256',
    {
      schema: {
        summary: 'Whether the site has a file',
        description: 'Its length is in the header content-length.',
        params: HashParams,
        response: { 200: Nothing, ...errors },
      },
    },
    async (request, reply) => {
      const { sha256 } = request.params;
      // On disk and noted: what a crash has left with one of the two is uploaded again, and is then whole.
      const noted = (await contentSizes(context.reader, [sha256])).get(sha256);
      if (noted === undefined || noted !== (await context.content.size(sha256))) {
        throw new HoldfastError('content.not-found', 'The site does not have this content.');
      }
      return reply.header('content-length', noted).type('application/octet-stream').send(null);
    },
  );
}

/** Bytes go from the socket straight into the content store; nothing of an upload is held in memory. */
function uploadRoute(api: Api, context: SiteContext): void {
  api.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));
  api.put(
    '/content',
    {
      schema: {
        summary: 'Upload a file',
        consumes: ['application/octet-stream'],
        headers: UploadHeaders,
        response: { 200: ContentUploaded, 201: ContentUploaded, ...errors },
      },
    },
    async (request, reply) => {
      const sha256 = request.headers['x-content-sha256'];
      const length = request.headers['content-length'];
      const uploaded = await context.content.add(request.body as Readable, {
        ...(sha256 === undefined ? {} : { sha256 }),
        ...(length === undefined ? {} : { size: Number(length) }),
      });
      return reply.status(uploaded.known ? 200 : 201).send(uploaded);
    },
  );
}
