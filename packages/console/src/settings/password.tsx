/** Changing the own password. */
import { Button, Paper, PasswordInput, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { changePassword } from '../api/session.ts';
import { notifyDone, ProblemNotice } from '../parts/problems.tsx';
import { NewPasswordFields, newPasswordRules } from '../session/new-password.tsx';

export function PasswordPage() {
  const form = useForm({
    initialValues: { current: '', password: '', again: '' },
    validate: {
      current: (current) => (current === '' ? 'Enter your current password' : null),
      ...newPasswordRules,
    },
  });
  const changing = useMutation({
    mutationFn: ({ current, password }: typeof form.values) => changePassword(current, password),
    onSuccess: () => {
      form.reset();
      notifyDone('The password is changed. Other sessions of yours were ended.');
    },
  });
  return (
    <Paper withBorder p="md" maw={440}>
      <form onSubmit={form.onSubmit((values) => changing.mutate(values))} noValidate>
        <Stack>
          <PasswordInput
            label="Current password"
            autoComplete="current-password"
            maxLength={128}
            {...form.getInputProps('current')}
          />
          <NewPasswordFields form={form} label="New password" />
          {changing.isError && <ProblemNotice thrown={changing.error} />}
          <Button type="submit" loading={changing.isPending}>
            Change password
          </Button>
        </Stack>
      </form>
    </Paper>
  );
}
