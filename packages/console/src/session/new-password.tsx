/** The two fields of a new password, with a hint of its strength. */
import { PasswordInput, Progress, Stack, Text } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { shortestPassword, strengthOf } from './strength.ts';

export type NewPassword = { readonly password: string; readonly again: string };

/** The rules that the site has too, so that they are said before anything is sent. */
export const newPasswordRules = {
  password: (password: string) =>
    password.length < shortestPassword ? `Use at least ${shortestPassword} characters` : null,
  again: (again: string, { password }: NewPassword) => (again === password ? null : 'The passwords differ'),
};

function Strength({ password }: { password: string }) {
  const { percent, color, hint } = strengthOf(password);
  return (
    <div>
      <Progress value={percent} color={color} size={5} aria-label="Password strength" />
      <Text size="xs" c="dimmed" mt={4} role="status">
        {hint}
      </Text>
    </div>
  );
}

export function NewPasswordFields<Values extends NewPassword>({
  form,
  label = 'Password',
}: {
  form: UseFormReturnType<Values>;
  label?: string;
}) {
  return (
    <>
      <Stack gap={6}>
        <PasswordInput
          label={label}
          autoComplete="new-password"
          maxLength={128}
          {...form.getInputProps('password')}
        />
        <Strength password={form.values.password} />
      </Stack>
      <PasswordInput
        label="Repeat the password"
        autoComplete="new-password"
        maxLength={128}
        {...form.getInputProps('again')}
      />
    </>
  );
}
