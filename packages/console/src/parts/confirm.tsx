/** A button for something that cannot be taken back: it asks first. */
import { Button, type ButtonProps, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { notifyDone, notifyProblem } from './problems.tsx';

type ConfirmProps = {
  /** The words of the button, and of the button that does it. */
  readonly label: string;
  readonly title: string;
  readonly children: ReactNode;
  readonly act: () => Promise<unknown>;
  /** Said when it is done. */
  readonly done: string;
  readonly afterwards?: () => void;
  readonly button?: ButtonProps;
};

export function Confirm({ label, title, children, act, done, afterwards, button }: ConfirmProps) {
  const [opened, { open, close }] = useDisclosure(false);
  const queries = useQueryClient();
  const acting = useMutation({
    mutationFn: act,
    onSuccess: async () => {
      close();
      notifyDone(done);
      afterwards?.();
      await queries.invalidateQueries();
    },
    onError: notifyProblem,
  });
  return (
    <>
      <Button variant="default" color="red" className="above" {...button} onClick={open}>
        {label}
      </Button>
      <Modal opened={opened} onClose={close} title={<Text fw={600}>{title}</Text>}>
        <Stack>
          <Text component="div" size="sm">
            {children}
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={close} data-autofocus>
              Cancel
            </Button>
            <Button color="red" loading={acting.isPending} onClick={() => acting.mutate()}>
              {label}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
