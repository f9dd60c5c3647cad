/** Where a deployment stands on a client, as lists show it. */
import { type DeploymentState, statusCode, statusText } from '@holdfast/contract';

/** Where a deployment stands on a client, in a word and a sentence; `waiting` where nothing was heard. */
export function standing(row: { state: string | null; code: number | null; details: string | null }): {
  state: DeploymentState;
  text: string;
} {
  if (row.state === null || row.code === null) return { state: 'waiting', text: 'Nothing heard yet' };
  const text = statusText({ code: row.code, details: JSON.parse(row.details ?? '{}') });
  // Said of the machine, not of the deployment.
  if (row.code === statusCode('os-changed'))
    return { state: 'waiting', text: `Nothing heard since: ${text}` };
  return { state: row.state as DeploymentState, text };
}
