/** Sends content by its hash, whole or the range that was asked for. */
import { Readable } from 'node:stream';
import { HoldfastError, type Sha256 } from '@holdfast/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ContentStore } from '../content/store.ts';
import { parseRange } from './ranges.ts';

/** @throws HoldfastError `content.not-found`, `content.range-invalid` */
export async function sendContent(
  content: ContentStore,
  hash: Sha256,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const size = await content.size(hash);
  if (size === undefined)
    throw new HoldfastError('content.not-found', 'The site does not have this content.');
  reply.header('accept-ranges', 'bytes').header('etag', `"${hash}"`);
  const range = askedRange(request, reply, { hash, size });
  const { start, end } = range ?? { start: 0, end: size };
  if (range) reply.code(206).header('content-range', `bytes ${start}-${end - 1}/${size}`);
  reply.header('content-length', end - start).type('application/octet-stream');
  return await reply.send(Readable.from(content.read(hash, start, end), { objectMode: false }));
}

/** `If-Range` with another hash cannot happen with content by hash, but is honoured: the whole is sent then. */
function askedRange(
  request: FastifyRequest,
  reply: FastifyReply,
  { hash, size }: { hash: string; size: number },
) {
  const condition = request.headers['if-range'];
  if (condition !== undefined && condition !== `"${hash}"`) return undefined;
  try {
    return parseRange(request.headers.range, size);
  } catch (thrown) {
    reply.header('content-range', `bytes */${size}`);
    throw thrown;
  }
}
