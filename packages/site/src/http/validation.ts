/** Checks requests against their schemas: unknown fields are refused, and only text in the address is converted. */
import { HoldfastError } from '@holdfast/contract';
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { TLocalizedValidationError } from 'typebox/error';

/**
 * Compiles a route's schema. Bodies are taken as they are (a number in quotes is not a number); query and
 * parameters arrive as text and are converted first.
 */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const validator = Compile(schema);
  const textual = httpPart === 'querystring' || httpPart === 'params';
  return (input: unknown) => {
    const value = textual ? validator.Default(validator.Convert(input)) : input;
    if (validator.Check(value)) return { value };
    return { error: invalidRequest(httpPart ?? 'request', validator.Errors(value)) };
  };
};

/** Where a wrong part of a request stands, in words of the reader. */
const partNames: Readonly<Record<string, string>> = {
  body: 'the body',
  querystring: 'the query',
  params: 'the address',
  headers: 'the headers',
};

function invalidRequest(httpPart: string, errors: readonly TLocalizedValidationError[]): HoldfastError {
  const part = partNames[httpPart] ?? 'the request';
  // The deepest error says most: a union reports each of its branches, and then itself.
  const [first] = [...errors].sort((one, other) => depth(other) - depth(one));
  if (first === undefined) return new HoldfastError('request.invalid', `Something is wrong in ${part}.`);
  const place = first.instancePath.slice(1).replaceAll('/', '.');
  const field = fieldOf(first, place).slice(0, 200);
  const happened =
    first.keyword === 'additionalProperties'
      ? `Unknown field ${field} in ${part}.`
      : `${field === '' ? part.charAt(0).toUpperCase() + part.slice(1) : `${field} in ${part}`}: ${first.message}.`;
  return new HoldfastError('request.invalid', happened, { details: { field } });
}

function depth(error: TLocalizedValidationError): number {
  return error.instancePath.split('/').length + (error.keyword === 'additionalProperties' ? 1 : 0);
}

function fieldOf(error: TLocalizedValidationError, place: string): string {
  const prefix = place === '' ? '' : `${place}.`;
  if (error.keyword === 'additionalProperties') return prefix + error.params.additionalProperties.join(', ');
  if (error.keyword === 'required') return prefix + error.params.requiredProperties.join(', ');
  return place;
}
