/** Sign-in with e-mail and password. */
import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Navigate } from '@tanstack/react-router';
import { siteQuery } from '../api/queries.ts';
import { sessionQuery, signIn } from '../api/session.ts';
import { ProblemNotice } from '../parts/problems.tsx';
import { Gate } from './gate.tsx';

function FirstRunHint() {
  const { data: site } = useQuery(siteQuery);
  if (site?.firstRun !== true) return null;
  return (
    <Alert color="tide" title="No administrator exists yet">
      Open the first-run link that the site printed when it started; it creates the first administrator.
    </Alert>
  );
}

/** `next` is the page that was asked for before sign-in, with its parameters. */
export function SignInPage({ next = '/' }: { next?: string }) {
  const queries = useQueryClient();
  const { data: session } = useQuery(sessionQuery);
  const form = useForm({
    initialValues: { email: '', password: '' },
    validate: {
      email: (email) => (email.includes('@') ? null : 'An e-mail address has an @'),
      password: (password) => (password === '' ? 'Enter your password' : null),
    },
  });
  const entering = useMutation({
    mutationFn: (who: typeof form.values) => signIn(who.email, who.password),
    onSuccess: () => queries.invalidateQueries({ queryKey: sessionQuery.queryKey }),
  });
  if (session) return <Navigate to="/" href={next} replace />;
  return (
    <Gate title="Sign in" about="For administrators of this site.">
      <FirstRunHint />
      <form onSubmit={form.onSubmit((who) => entering.mutate(who))} noValidate>
        <Stack>
          <TextInput
            label="E-mail"
            type="email"
            autoComplete="username"
            autoFocus
            {...form.getInputProps('email')}
          />
          <PasswordInput
            label="Password"
            autoComplete="current-password"
            {...form.getInputProps('password')}
          />
          {entering.isError && <ProblemNotice thrown={entering.error} />}
          <Button type="submit" loading={entering.isPending} fullWidth>
            Sign in
          </Button>
        </Stack>
      </form>
    </Gate>
  );
}
