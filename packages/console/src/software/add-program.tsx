/** Adding a program to a package that exists. */
import { Paper } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { installerQuery, packageQuery } from '../api/queries.ts';
import { LinkAnchor } from '../parts/links.tsx';
import { Lines, Page } from '../parts/page.tsx';
import { notifyDone, ProblemNotice } from '../parts/problems.tsx';
import { draftOf, mainInstaller, suggestProgram } from './program-draft.ts';
import { ProgramForm } from './program-form.tsx';

export function AddProgramPage({ packageId }: { packageId: string }) {
  const navigate = useNavigate();
  const { data, isError, error, refetch } = useQuery(packageQuery(packageId));
  const paths = data?.contents.map(({ path }) => path) ?? [];
  const installer = mainInstaller(paths);
  const found = useQuery({
    ...installerQuery({ packageId, path: installer ?? '' }),
    enabled: installer !== undefined,
  });
  const software = found.data?.software ?? undefined;
  if (data === undefined || found.isLoading) {
    return (
      <Page title="Add a program">
        {isError ? <ProblemNotice thrown={error} retry={refetch} /> : <Lines />}
      </Page>
    );
  }
  return (
    <Page
      title="Add a program"
      about={
        <LinkAnchor to="/packages/$packageId" params={{ packageId }} size="sm">
          {data.name} {data.version}
        </LinkAnchor>
      }
    >
      <Paper maw={860}>
        <ProgramForm
          packageId={packageId}
          suggestion={software === undefined ? suggestProgram(paths) : draftOf(software.program)}
          {...(software === undefined ? {} : { notes: software.notes })}
          done={async (program) => {
            notifyDone(`${program.name} is added.`);
            await navigate({ to: '/packages/$packageId', params: { packageId } });
          }}
        />
      </Paper>
    </Page>
  );
}
