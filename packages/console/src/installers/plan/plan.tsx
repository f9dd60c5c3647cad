/** What a command line would touch on a machine, before it runs: a picture first, then every file and operation with its reason. */
import type { InstallerDescription, InstallerPlan, PlannedDecision, Program } from '@holdfast/contract/web';
import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconDownload, IconInfoCircle, IconPrinter } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useRef, useState } from 'react';
import { Problem } from '../../api/http.ts';
import { type InstallerPlace, installerPlanQuery, packageQuery } from '../../api/queries.ts';
import { counted } from '../../parts/counted.ts';
import { Lines as Loading } from '../../parts/page.tsx';
import { ProblemNotice } from '../../parts/problems.tsx';
import { countWords } from './decisions.ts';
import { PlanForm } from './form.tsx';
import { Legend } from './legend.tsx';
import { PlannedFiles, PlannedOperations } from './lists.tsx';
import { Picture } from './picture.tsx';
import './plan.css';
import { type Draft, linesOf, questionOf, whole } from './question.ts';
import { type ChosenAction, Sequence } from './sequence.tsx';

/** Saves the plan as the site has answered it. */
function download(plan: InstallerPlan): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(plan, null, 2)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${`${plan.productName} ${plan.version} ${plan.request.action}`.replace(/[^\w.-]+/g, '-')}.plan.json`;
  link.click();
  URL.revokeObjectURL(url);
}

function Remarks({ notes, title }: { notes: readonly string[]; title?: string }) {
  if (notes.length === 0 && title === undefined) return null;
  return (
    <Alert
      variant="light"
      color="gray"
      icon={<IconInfoCircle />}
      {...(title === undefined ? {} : { title })}
      className="hostile"
    >
      <Stack gap={2} component="ul" className="plain-list" aria-label="About this plan">
        {notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </Stack>
    </Alert>
  );
}

/** In one sentence what would happen. */
function Outcome({ plan }: { plan: InstallerPlan }) {
  const { refusal, changesNothing, totals, notes, restart } = plan;
  if (refusal !== null) {
    return (
      <Alert
        variant="light"
        color="orange"
        icon={<IconInfoCircle />}
        title="It changes nothing"
        className="hostile"
      >
        It is refused with exit code {refusal.exitCode}: {refusal.message}
      </Alert>
    );
  }
  if (changesNothing) return <Remarks title="It changes nothing" notes={notes} />;
  const files =
    totals.files === 0
      ? ''
      : `Of ${counted(totals.files, 'file', 'files')}: ${countWords(totals.byDecision)}. `;
  return (
    <>
      <Text fw={550} role="status">
        {files}
        {counted(totals.operations, 'operation', 'operations')} in all.
        {restart && ' A restart is asked for.'}
      </Text>
      <Remarks notes={notes} />
    </>
  );
}

function Part(props: { title: string; open?: boolean; children: ReactNode }) {
  return (
    <details className="plan-part" open={props.open ?? false}>
      <summary>{props.title}</summary>
      <div>{props.children}</div>
    </details>
  );
}

/** What is not done, or done to other products. */
function Beside({ skipped, removes }: Pick<InstallerPlan, 'skipped' | 'removes'>) {
  return (
    <>
      {removes.length > 0 && (
        <Part title={`Products removed (${removes.length})`} open>
          <ul className="plain-list">
            {removes.map(({ productCode, version }) => (
              <li key={productCode} className="mono">
                {productCode} {version}
              </li>
            ))}
          </ul>
        </Part>
      )}
      {skipped.length > 0 && (
        <Part title={`Passed over (${skipped.length})`}>
          <ul className="plain-list" aria-label="Actions that are passed over">
            {skipped.map(({ action, reason, vital }) => (
              <li key={action} className="hostile">
                <b>{action}</b>: {reason}
                {vital && ' (the package fails without it)'}
              </li>
            ))}
          </ul>
        </Part>
      )}
    </>
  );
}

function Shown({ plan }: { plan: InstallerPlan }) {
  const [decision, setDecision] = useState<PlannedDecision>();
  const [action, setAction] = useState<ChosenAction>();
  const operations = useRef<HTMLElement>(null);
  const { totals } = plan;
  return (
    <Stack gap="md" className="plan" component="section" aria-label="Plan">
      <Outcome plan={plan} />
      {totals.files > 0 && (
        <>
          <Legend counts={totals.byDecision} chosen={decision} choose={setDecision} />
          <Picture plan={plan} chosen={decision} />
        </>
      )}
      {plan.actions.length > 0 && (
        <Sequence
          actions={plan.actions}
          chosen={action}
          choose={(next) => {
            setAction(next);
            operations.current?.querySelector('details')?.setAttribute('open', '');
            if (next !== undefined) operations.current?.scrollIntoView({ block: 'nearest' });
          }}
        />
      )}
      <Beside skipped={plan.skipped} removes={plan.removes} />
      {totals.files > 0 && (
        <Part title={`Files (${totals.files.toLocaleString()})`}>
          <PlannedFiles plan={plan} chosen={decision} choose={setDecision} />
        </Part>
      )}
      {totals.operations > 0 && (
        <section ref={operations} aria-label="Operations of the plan">
          <Part title={`Operations (${totals.operations.toLocaleString()})`}>
            <PlannedOperations plan={plan} chosen={action} choose={setAction} />
          </Part>
        </section>
      )}
      <Group gap="xs" className="plan-tools">
        <Button
          size="xs"
          variant="default"
          leftSection={<IconDownload size={14} />}
          onClick={() => download(plan)}
        >
          Save as JSON
        </Button>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPrinter size={14} />}
          onClick={() => window.print()}
        >
          Print
        </Button>
      </Group>
    </Stack>
  );
}

type PlanningProps = {
  readonly place: InstallerPlace;
  readonly found: InstallerDescription;
  readonly programs: readonly Program[];
};

function Planning({ place, found, programs }: PlanningProps) {
  const lines = linesOf(found, programs);
  const [first] = lines;
  const [draft, setDraft] = useState<Draft>({
    program: 0,
    command: first?.repair ?? '',
    state: 'installed',
    other: undefined,
    files: whole,
  });
  const questionNow = () =>
    questionOf(draft, lines[draft.program] ?? { name: '', install: '', repair: '', uninstall: '' });
  const [question, setQuestion] = useState(questionNow);
  const { data, isError, error, isFetching, isPlaceholderData, refetch } = useQuery(
    installerPlanQuery(place, question),
  );
  const isAboutCommand = error instanceof Problem && error.details.field === 'command';
  const edited = JSON.stringify(questionNow()) !== JSON.stringify(question);
  return (
    <Stack gap="md">
      <PlanForm
        place={place}
        lines={lines}
        draft={draft}
        change={setDraft}
        ask={() => setQuestion(questionNow())}
        busy={isFetching}
        problem={isError && isAboutCommand && !edited ? error.message : undefined}
      />
      {isError && !isAboutCommand && <ProblemNotice thrown={error} retry={refetch} />}
      {data === undefined && !isError && <Loading />}
      {data !== undefined && !isError && (
        <div data-stale={edited || isPlaceholderData} className="plan-answer">
          <Shown key={JSON.stringify(question)} plan={data} />
        </div>
      )}
    </Stack>
  );
}

export function PlanView({ place, found }: Omit<PlanningProps, 'programs'>) {
  const { data, isError, error, refetch } = useQuery(packageQuery(place.packageId));
  if (data === undefined) return isError ? <ProblemNotice thrown={error} retry={refetch} /> : <Loading />;
  return <Planning key={place.path} place={place} found={found} programs={data.programList} />;
}
