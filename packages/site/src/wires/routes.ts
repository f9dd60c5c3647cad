/** GET and PUT /wires. */
import { SiteWires, SiteWiresChange } from '@holdfast/contract';
import type { SiteContext } from '../context.ts';
import { type Api, errors, identityOf } from '../http/api.ts';
import { changeOldestWire, siteWires } from './model.ts';

export function wireRoutes(api: Api, context: SiteContext): void {
  const response = { 200: SiteWires, ...errors };
  api.get(
    '/wires',
    { schema: { summary: 'The wires that the site answers, and how many clients speak each', response } },
    () => siteWires(context.reader, context.wires),
  );
  api.put(
    '/wires',
    {
      schema: {
        summary: 'End the answering of old wires, or begin it again',
        body: SiteWiresChange,
        response,
      },
    },
    (request) => changeOldestWire(context, identityOf(request).actor, request.body),
  );
}
