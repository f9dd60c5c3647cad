/** GET /overview. */
import { Overview } from '@holdfast/contract';
import type { SiteContext } from '../context.ts';
import { type Api, errors } from '../http/api.ts';
import { readOverview } from './store.ts';

export function overviewRoutes(api: Api, context: SiteContext): void {
  api.get(
    '/overview',
    { schema: { summary: 'Counts of the start page', response: { 200: Overview, ...errors } } },
    () => readOverview(context.reader, context.clock.now()),
  );
}
