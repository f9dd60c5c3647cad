/** A deployment while it is being put together. */
import type { UseFormReturnType } from '@mantine/form';

/** What the steps gather; times are those of the viewer, as a `datetime-local` field has them. */
export type Draft = {
  packageId: string | null;
  programId: string | null;
  collectionId: string | null;
  intent: 'install' | 'uninstall';
  purpose: 'required' | 'available';
  availableAt: string;
  deadlineAt: string;
};
export type DraftForm = UseFormReturnType<Draft>;
