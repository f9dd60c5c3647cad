/** GET /events: what changes, as server-sent events (html.spec.whatwg.org, section 9.2). */
import { HoldfastError, LiveEvent } from '@holdfast/contract';
import Type from 'typebox';
import type { SiteContext } from '../context.ts';
import { type Api, errors } from '../http/api.ts';

/** Consoles that may listen at once. */
const streamLimit = 200;
/** Milliseconds between the comments that keep proxies from closing a quiet stream. */
const heartbeat = 25_000;
/** After so many heartbeats the stream ends; the browser opens the next one, and its sign-in is looked at anew. */
const heartbeatsOfStream = 36;
/** Bytes that may wait for a reader; a slower one is let go and comes back. */
const backlogLimit = 256 * 1024;

export function liveRoutes(api: Api, context: SiteContext): void {
  const streams = new Set<AbortController>();
  api.addHook('preClose', async () => {
    for (const stream of streams) stream.abort();
  });
  api.get(
    '/events',
    {
      schema: {
        summary: 'What changes from now on',
        description: 'A stream of server-sent events; the data of each is a LiveEvent.',
        response: {
          200: Type.String({ description: 'text/event-stream', examples: [LiveEvent] }),
          ...errors,
        },
      },
    },
    async (_request, reply) => {
      if (streams.size >= streamLimit) {
        throw new HoldfastError('site.unavailable', `${streamLimit} consoles are listening already.`);
      }
      const ended = new AbortController();
      streams.add(ended);
      reply.hijack();
      const response = reply.raw;
      // Sent past Fastify, so the headers that its hooks have set are taken along.
      for (const [name, value] of Object.entries(reply.getHeaders())) {
        if (value !== undefined) response.setHeader(name, value);
      }
      response.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      const write = (text: string) => {
        if (response.writableLength > backlogLimit) ended.abort();
        else response.write(text);
      };
      write('retry: 2000\n\n');
      const unsubscribe = context.live.subscribe((event) => write(`data: ${JSON.stringify(event)}\n\n`));
      response.on('close', () => ended.abort());
      response.on('error', () => ended.abort());
      await beat(context, ended.signal, () => write(':\n\n'));
      unsubscribe();
      streams.delete(ended);
      response.end();
      // A reader that is too slow, or has gone, would hold the end back.
      if (ended.signal.aborted) response.destroy();
    },
  );
}

/** Returns when the stream has ended, or is old enough to. */
async function beat(context: SiteContext, ended: AbortSignal, write: () => void): Promise<void> {
  for (let count = 0; count < heartbeatsOfStream && !ended.aborted; count += 1) {
    await context.clock.sleep(heartbeat, ended).catch(() => undefined); // Aborted: the loop sees it.
    if (!ended.aborted) write();
  }
}
