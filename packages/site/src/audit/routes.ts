/** GET /audit. */
import { AuditRow, PageOf, PageQuery } from '@holdfast/contract';
import type { SiteContext } from '../context.ts';
import { type Api, errors } from '../http/api.ts';
import { listAudit } from './store.ts';

export function auditRoutes(api: Api, context: SiteContext): void {
  api.get(
    '/audit',
    {
      schema: {
        summary: 'Who changed what, newest first',
        querystring: PageQuery,
        response: { 200: PageOf(AuditRow), ...errors },
      },
    },
    (request) => listAudit(context.reader, request.query),
  );
}
