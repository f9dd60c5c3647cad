/** The OpenAPI document of the API, made from the schemas of its routes. */
import swagger from '@fastify/swagger';
import { holdfastVersion } from '@holdfast/contract';
import Type from 'typebox';
import type { Api } from './api.ts';

/** Must run before the routes that it describes are added. */
export async function describeApi(api: Api): Promise<void> {
  await api.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Holdfast',
        version: holdfastVersion,
        description: 'The administrators’ API of a site.',
      },
      components: {
        securitySchemes: {
          apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
          session: { type: 'apiKey', in: 'cookie', name: 'holdfast.session_token' },
        },
      },
      security: [{ apiKey: [] }, { session: [] }],
    },
  });
}

/** GET /openapi.json */
export function openApiRoute(api: Api): void {
  api.get(
    '/openapi.json',
    {
      config: { open: true },
      schema: {
        summary: 'This document',
        security: [],
        response: { 200: Type.Unsafe<object>({ type: 'object', additionalProperties: true }) },
      },
    },
    () => api.swagger(),
  );
}
