/** The mark: two blades of seaweed on one stem, and the root (the holdfast) that does not let go. */
import { Group, Text } from '@mantine/core';

export function Mark({ size = 26 }: { size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 32 32"
      fill="none"
      stroke="var(--mantine-primary-color-filled)"
      strokeWidth="2.4"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <path d="M16 19V4" />
      <path d="M16 12c-5 0-7-3-7-7 5 0 7 3 7 7Z" fill="var(--mantine-primary-color-light)" />
      <path d="M16 16c5 0 7-3 7-7-5 0-7 3-7 7Z" fill="var(--mantine-primary-color-light)" />
      <path d="M16 19c0 5-3 8-9 8" />
      <path d="M16 19c0 5 3 8 9 8" />
      <path d="M16 19v9" />
    </svg>
  );
}

export function Wordmark({ size = 26 }: { size?: number }) {
  return (
    <Group gap={8} wrap="nowrap">
      <Mark size={size} />
      <Text span fw={680} fz={size * 0.72} lh={1} style={{ letterSpacing: '-0.02em' }}>
        Holdfast
      </Text>
    </Group>
  );
}
