/** /client-versions, /clients/:id/upgrades; /client-upgrades: list, order (or only try), read, members, pause, resume, withdraw. */
import {
  ClientUpgradeCreate,
  ClientUpgradeDetail,
  ClientUpgradeSummary,
  ClientVersions,
  PageOf,
  PageQuery,
  UpgradeMember,
  UpgradeMemberState,
  UpgradeOfClient,
} from '@holdfast/contract';
import Type from 'typebox';
import type { SiteContext } from '../context.ts';
import { type Api, errors, IdParams, identityOf } from '../http/api.ts';
import { changes, changeUpgrade } from './control.ts';
import { getUpgrade, listMembers, listUpgrades } from './lists.ts';
import { createUpgrade } from './model.ts';
import { countVersions, upgradesOfClient } from './of-clients.ts';

const strict = { additionalProperties: false } as const;
const CreateQuery = Type.Object({ dryRun: Type.Optional(Type.Boolean()) }, strict);
const MembersQuery = Type.Object(
  {
    ...PageQuery.properties,
    state: Type.Optional(UpgradeMemberState),
    ring: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000 })),
  },
  strict,
);

const OfClientQuery = Type.Object(
  { limit: PageQuery.properties.limit, cursor: PageQuery.properties.cursor },
  strict,
);

const changeSummaries = {
  pause: 'Begin no further ring, and take back the orders that no machine has begun with',
  resume: 'Go on, also after a stop: what had failed counts no more',
  withdraw: 'Take back all orders for good; trials that have begun go to their end',
} as const satisfies Record<keyof typeof changes, string>;

function clientSideRoutes(api: Api, { reader }: SiteContext): void {
  api.get(
    '/client-versions',
    {
      schema: {
        summary: 'Versions that clients have, with how many clients have each',
        response: { 200: ClientVersions, ...errors },
      },
    },
    () => countVersions(reader),
  );
  api.get(
    '/clients/:id/upgrades',
    {
      schema: {
        summary: 'What was ordered of the version of a client, newest first',
        params: IdParams,
        querystring: OfClientQuery,
        response: { 200: PageOf(UpgradeOfClient), ...errors },
      },
    },
    (request) => upgradesOfClient(reader, request.params.id, request.query),
  );
}

export function upgradeRoutes(api: Api, context: SiteContext): void {
  clientSideRoutes(api, context);
  api.get(
    '/client-upgrades',
    {
      schema: {
        summary: 'Upgrades of clients, newest first',
        querystring: PageQuery,
        response: { 200: PageOf(ClientUpgradeSummary), ...errors },
      },
    },
    (request) => listUpgrades(context.reader, request.query),
  );
  api.post(
    '/client-upgrades',
    {
      schema: {
        summary: 'Order a version of the client for the members of a collection, in rings',
        querystring: CreateQuery,
        body: ClientUpgradeCreate,
        response: { 200: ClientUpgradeDetail, 201: ClientUpgradeDetail, ...errors },
      },
    },
    async (request, reply) => {
      const dryRun = request.query.dryRun ?? false;
      const detail = await createUpgrade(context, identityOf(request).actor, request.body, { dryRun });
      return reply.status(dryRun ? 200 : 201).send(detail);
    },
  );
  api.get(
    '/client-upgrades/:id',
    {
      schema: {
        summary: 'One upgrade with its rings',
        params: IdParams,
        response: { 200: ClientUpgradeDetail, ...errors },
      },
    },
    (request) => getUpgrade(context.reader, request.params.id),
  );
  api.get(
    '/client-upgrades/:id/members',
    {
      schema: {
        summary: 'Where each member stands',
        params: IdParams,
        querystring: MembersQuery,
        response: { 200: PageOf(UpgradeMember), ...errors },
      },
    },
    async (request) => {
      await getUpgrade(context.reader, request.params.id);
      return await listMembers(context.reader, request.params.id, request.query);
    },
  );
  for (const name of ['pause', 'resume', 'withdraw'] as const) {
    api.post(
      `/client-upgrades/:id/${name}`,
      {
        schema: {
          summary: changeSummaries[name],
          params: IdParams,
          response: { 200: ClientUpgradeDetail, ...errors },
        },
      },
      (request) => changeUpgrade(context, identityOf(request).actor, request.params.id, changes[name]),
    );
  }
}
