/** Deploying a program: software, collection, purpose, and a dry run before anything is done. */
import type { DeploymentCreate, DeploymentDetail } from '@holdfast/contract/web';
import { Button, Group, Paper, Stepper } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { change } from '../api/http.ts';
import { Page } from '../parts/page.tsx';
import { notifyDone, notifyProblem } from '../parts/problems.tsx';
import type { Draft } from './draft.ts';
import { CollectionStep, PurposeStep, ReviewStep, SoftwareStep } from './wizard-steps.tsx';

const timeOf = (local: string): number | null => (local === '' ? null : new Date(local).getTime());

/** The request that a complete draft stands for; undefined while something is missing. */
export function requestOf(draft: Draft): DeploymentCreate | undefined {
  const { programId, collectionId } = draft;
  if (programId === null || collectionId === null) return undefined;
  return {
    programId,
    collectionId,
    intent: draft.intent,
    purpose: draft.purpose,
    availableAt: timeOf(draft.availableAt),
    deadlineAt: draft.purpose === 'required' ? timeOf(draft.deadlineAt) : null,
  };
}

const fieldsOfStep: readonly (keyof Draft)[][] = [
  ['packageId', 'programId'],
  ['collectionId'],
  ['availableAt', 'deadlineAt'],
];
const lastStep = fieldsOfStep.length;

function validate(draft: Draft) {
  const available = timeOf(draft.availableAt);
  const deadline = timeOf(draft.deadlineAt);
  const late =
    draft.purpose === 'required' && available !== null && deadline !== null && deadline < available;
  return {
    packageId: draft.packageId === null ? 'Choose a package' : null,
    programId: draft.programId === null ? 'Choose a program' : null,
    collectionId: draft.collectionId === null ? 'Choose a collection' : null,
    deadlineAt: late ? 'The deadline lies before the time from which it is available' : null,
  };
}

/** Sends the deployment, and shows its page once the site has it. */
function useDeploying() {
  const navigate = useNavigate();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (request: DeploymentCreate) => change<DeploymentDetail>('POST', '/deployments', request),
    onSuccess: async (deployment) => {
      await queries.invalidateQueries({ queryKey: ['deployments'] });
      notifyDone(`${deployment.packageName} is deployed to ${deployment.collectionName}.`);
      await navigate({ to: '/deployments/$deploymentId', params: { deploymentId: deployment.id } });
    },
    onError: notifyProblem,
  });
}

export function DeployPage({ packageId, collectionId }: { packageId?: string; collectionId?: string }) {
  const [step, setStep] = useState(0);
  const form = useForm<Draft>({
    initialValues: {
      packageId: packageId ?? null,
      programId: null,
      collectionId: collectionId ?? null,
      intent: 'install',
      purpose: 'required',
      availableAt: '',
      deadlineAt: '',
    },
    validate,
  });
  const deploying = useDeploying();
  const goOn = () => {
    const wrong = (fieldsOfStep[step] ?? []).map((field) => form.validateField(field).hasError);
    if (!wrong.includes(true)) setStep(step + 1);
  };
  const request = requestOf(form.values);
  return (
    <Page title="Deploy a program">
      <Paper maw={860}>
        <Stepper
          active={step}
          onStepClick={(next) => next < step && setStep(next)}
          size="sm"
          orientation="horizontal"
          className="steps"
        >
          <Stepper.Step label="Software">
            <SoftwareStep form={form} />
          </Stepper.Step>
          <Stepper.Step label="Collection">
            <CollectionStep form={form} />
          </Stepper.Step>
          <Stepper.Step label="Purpose">
            <PurposeStep form={form} />
          </Stepper.Step>
          <Stepper.Step label="Review">
            {request !== undefined && <ReviewStep request={request} />}
          </Stepper.Step>
        </Stepper>
        <Group justify="flex-end" mt="lg">
          {step > 0 && (
            <Button variant="default" onClick={() => setStep(step - 1)}>
              Back
            </Button>
          )}
          {step < lastStep && <Button onClick={goOn}>Continue</Button>}
          {step === lastStep && request !== undefined && (
            <Button loading={deploying.isPending} onClick={() => deploying.mutate(request)}>
              Deploy
            </Button>
          )}
        </Group>
      </Paper>
    </Page>
  );
}
