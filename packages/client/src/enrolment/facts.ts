/** The facts of the machine, sent when they changed. */
import { mpPaths, sha256 } from '@holdfast/contract';
import type { TlsIdentity } from '@holdfast/ports';
import type { ClientContext } from '../context.ts';
import { loadInventory } from '../load-component.ts';

export async function sendFactsIfChanged(
  context: ClientContext,
  tls: TlsIdentity,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { readFacts } = await loadInventory();
  const facts = await readFacts(context);
  const hash = sha256(JSON.stringify(facts));
  if (context.journal.state.factsSent === hash) return;
  await context.site.text({ method: 'POST', path: mpPaths.facts, body: facts, tls, signal }, 64 * 1024);
  await context.journal.commit({ kind: 'facts-sent', facts: hash });
}
