/** From a person's e-mail and password to an API key of their own, and from a first-run link to the first administrator. */
import { ApiKeyCreated, ErrorBody, type FirstRun, HoldfastError, isErrorCode } from '@holdfast/contract';
import { Compile } from 'typebox/compile';
import { networkError } from './api.ts';
import { siteOrigin } from './profile.ts';

/** Milliseconds until an answer must have come. */
const answerWithin = 60_000;

const errorBody = Compile(ErrorBody);
const keyCreated = Compile(ApiKeyCreated);

async function post(origin: string, path: string, body: unknown, cookie?: string): Promise<Response> {
  const response = await fetch(origin + path, {
    method: 'POST',
    // The site takes changes by cookie only from its own pages: this is what a browser there would say.
    headers: { 'content-type': 'application/json', origin, ...(cookie === undefined ? {} : { cookie }) },
    body: JSON.stringify(body),
    redirect: 'error',
    signal: AbortSignal.timeout(answerWithin),
  }).catch((cause: unknown) => {
    throw networkError(cause, origin);
  });
  if (response.ok) return response;
  const said: unknown = await response.json().catch(() => undefined);
  if (errorBody.Check(said) && isErrorCode(said.code)) throw new HoldfastError(said.code, said.message);
  throw new HoldfastError('auth.refused', `${origin} did not take e-mail and password (${response.status}).`);
}

/** The site and the secret of a first-run link: `<site>/first-run#<secret>`. @throws HoldfastError `command.invalid` */
export function parseFirstRunLink(link: string): { origin: string; secret: string } {
  const { hash, pathname } = URL.canParse(link) ? new URL(link) : { hash: '', pathname: '' };
  if (pathname !== '/first-run' || hash.length < 2) {
    throw new HoldfastError(
      'command.invalid',
      'This is not a first-run link: it looks like SITE/first-run#SECRET.',
    );
  }
  return { origin: siteOrigin(new URL(link).origin), secret: hash.slice(1) };
}

/** Creates the first administrator. @throws HoldfastError `auth.*`, `request.invalid`, `network.*` */
export async function createFirstAdministrator(origin: string, person: FirstRun): Promise<void> {
  await post(origin, '/api/v1/first-run', person);
}

/** Signs in, and has an API key made that belongs to this person. @throws HoldfastError `auth.*`, `network.*` */
export async function apiKeyOf(
  origin: string,
  person: { email: string; password: string },
  keyName: string,
): Promise<string> {
  const signedIn = await post(origin, '/api/auth/sign-in/email', person);
  const cookie = signedIn.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  const answer: unknown = await (await post(origin, '/api/v1/api-keys', { name: keyName }, cookie)).json();
  await post(origin, '/api/auth/sign-out', {}, cookie);
  if (keyCreated.Check(answer)) return answer.key;
  throw new HoldfastError('network.response-invalid', `${origin} answered without a key.`);
}
