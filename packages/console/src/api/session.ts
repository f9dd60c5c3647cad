/** Who is signed in: the session cookie of better-auth, read and changed through its routes. */
import type { FirstRun } from '@holdfast/contract/web';
import { queryOptions } from '@tanstack/react-query';
import { change, Problem, send } from './http.ts';

export type Person = { readonly name: string; readonly email: string };

/** GET /api/auth/get-session answers null for a visitor. */
async function readSession(signal: AbortSignal): Promise<Person | null> {
  const answer = (await send('/api/auth/get-session', { signal })) as { user?: Person } | null | undefined;
  return answer?.user ?? null;
}

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => readSession(signal),
  staleTime: 60_000,
  retry: 1,
});

function post(path: string, body: unknown): Promise<unknown> {
  return send(`/api/auth/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/** Signs in with a password. Throws Problem; a refusal says the same whether e-mail or password is wrong. */
export async function signIn(email: string, password: string): Promise<void> {
  try {
    await post('sign-in/email', { email, password });
  } catch (thrown) {
    if (!(thrown instanceof Problem) || thrown.status !== 401) throw thrown;
    throw new Problem(
      { code: 'auth.required', message: 'E-mail or password is wrong.', remedy: 'Check both and try again.' },
      401,
    );
  }
}

export async function signOut(): Promise<void> {
  await post('sign-out', {});
}

/** Creates the first administrator and signs in, whether or not the site has done that already. */
export async function createFirstAdministrator(who: FirstRun): Promise<void> {
  await change<unknown>('POST', '/first-run', who);
  const session = await readSession(AbortSignal.timeout(10_000));
  if (session === null) await signIn(who.email, who.password);
}

/** Changes the password of who is signed in; every other session of theirs ends. Throws Problem. */
export async function changePassword(currentPassword: string, newPassword: string): Promise<void> {
  try {
    await post('change-password', { currentPassword, newPassword, revokeOtherSessions: true });
  } catch (thrown) {
    if (!(thrown instanceof Problem) || thrown.status < 400 || thrown.status > 401) throw thrown;
    const remedy = 'Enter the password that you signed in with.';
    throw new Problem(
      { code: 'auth.refused', message: 'The current password is wrong.', remedy },
      thrown.status,
    );
  }
}
