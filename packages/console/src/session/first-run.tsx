/** The first-run link: creates the first administrator and signs in. */
import { Alert, Button, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { createFirstAdministrator } from '../api/session.ts';
import { LinkAnchor } from '../parts/links.tsx';
import { ProblemNotice } from '../parts/problems.tsx';
import { Gate } from './gate.tsx';
import { NewPasswordFields, newPasswordRules } from './new-password.tsx';

function NoSecret() {
  return (
    <Alert color="yellow" title="This link has no secret">
      Open the whole first-run link that the site printed, from http to its end. If an administrator exists
      already, <LinkAnchor to="/sign-in">sign in</LinkAnchor>.
    </Alert>
  );
}

function AdministratorForm({ secret }: { secret: string }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const form = useForm({
    initialValues: { name: '', email: '', password: '', again: '' },
    validate: {
      name: (name) => (name.trim() === '' ? 'Enter your name' : null),
      email: (email) => (/^[^@\s]+@[^@\s]+$/.test(email) ? null : 'Enter an e-mail address'),
      ...newPasswordRules,
    },
  });
  const creating = useMutation({
    mutationFn: ({ name, email, password }: typeof form.values) =>
      createFirstAdministrator({ secret, name: name.trim(), email, password }),
    onSuccess: async () => {
      await queries.invalidateQueries();
      await navigate({ to: '/', replace: true });
    },
  });
  return (
    <form onSubmit={form.onSubmit((who) => creating.mutate(who))} noValidate>
      <Stack>
        <TextInput label="Name" autoComplete="name" autoFocus {...form.getInputProps('name')} />
        <TextInput label="E-mail" type="email" autoComplete="username" {...form.getInputProps('email')} />
        <NewPasswordFields form={form} />
        {creating.isError && <ProblemNotice thrown={creating.error} />}
        <Button type="submit" loading={creating.isPending} fullWidth>
          Create administrator
        </Button>
      </Stack>
    </form>
  );
}

export function FirstRunPage() {
  // Read once: after that the secret need not stand in the address bar.
  const [secret] = useState(() => {
    const found = decodeURIComponent(window.location.hash.slice(1));
    if (found !== '') window.history.replaceState(window.history.state, '', window.location.pathname);
    return found;
  });
  return (
    <Gate title="Welcome to Holdfast" about="Create the first administrator of this site.">
      {secret === '' ? <NoSecret /> : <AdministratorForm secret={secret} />}
    </Gate>
  );
}
