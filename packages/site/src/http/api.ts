/** What the routes of the API share: the typed server, who asks, and the schemas that many of them use. */

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { ErrorBody, HoldfastError, Uuid } from '@holdfast/contract';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyRequest,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import Type from 'typebox';

/** A server whose routes take their types from their schemas. */
export type Api = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** Who sent a request, as the audit names it. */
export type Identity = {
  /** E-mail address of a user, or `key NAME` of an API key. */
  readonly actor: string;
  readonly by: 'session' | 'api-key';
  readonly userId: string;
};

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Served without sign-in. */
    open?: boolean;
  }
  interface FastifyRequest {
    identity: Identity | null;
  }
}

/** @throws HoldfastError `auth.required` */
export function identityOf(request: Pick<FastifyRequest, 'identity'>): Identity {
  if (!request.identity) throw new HoldfastError('auth.required', 'This needs an administrator.');
  return request.identity;
}

const strict = { additionalProperties: false } as const;

/** `/:id` */
export const IdParams = Type.Object({ id: Uuid }, strict);

/** Answer without a body. */
export const Nothing = Type.Null({ description: 'Done.' });

/** Every route may answer with a coded error. */
export const errors = { '4xx': ErrorBody, '5xx': ErrorBody } as const;
