/** Getting the content of a deployment, and what it means when that fails. */
import { type ErrorCode, HoldfastError } from '@holdfast/contract';
import { type Action, firstClosedGate } from '@holdfast/engine';
import { contentGate, missingContent, obtainContent } from '../content/content.ts';
import { makeRoom } from '../content/room.ts';
import type { ClientContext, WorkContext } from '../context.ts';
import { ownTls } from '../enrolment/identity.ts';
import { sayOnce, setBack, type WakeAt } from './outcome.ts';
import type { Task } from './task.ts';

/** The package itself is at fault, not the way to it. */
const refusedCodes: readonly ErrorCode[] = [
  'content.hash-mismatch',
  'content.range-invalid',
  'content.not-found',
  // A file of the package has a name that this machine's disk cannot have.
  'disk.name-invalid',
];

type Obtained = { readonly ready: true } | { readonly ready: false; readonly wakeAt: WakeAt };

/** Has the work folder hold the package's files, verified; otherwise says when to try again. */
export async function obtain(
  context: WorkContext,
  task: Task,
  action: Action,
  signal: AbortSignal | undefined,
): Promise<Obtained> {
  const missing = await missingContent(context, task.assignment);
  if (missing.length === 0) return { ready: true };
  const details = { package: task.title };
  try {
    await makeRoom(context, task.assignment);
    const closed = await firstClosedGate([contentGate(context, missing)]);
    if (closed) throw new HoldfastError('disk.full', closed.reason);
    const bytes = missing.reduce((sum, file) => sum + file.size, 0);
    const status = { name: 'content-downloading', details: { ...details, bytes } } as const;
    await sayOnce(context, task, 'downloading', status);
    await context.deliverSoon();
    await obtainContent(context, task.assignment, missing, await ownTls(context), signal);
    const [lost] = await missingContent(context, task.assignment);
    if (lost)
      throw new HoldfastError('content.hash-mismatch', `${lost.path} did not stay as it was laid out.`);
  } catch (thrown) {
    signal?.throwIfAborted();
    if (!(thrown instanceof HoldfastError)) throw thrown;
    return { ready: false, wakeAt: await contentSetback(context, task, action, thrown) };
  }
  await context.reporter.reportItem(task.id, { name: 'content-ready', details }, { said: 'content-ready' });
  return { ready: true };
}

/** Content that is wrong is the package's fault and counted; a full disk or a silent network is waited for. */
async function contentSetback(
  context: ClientContext,
  task: Task,
  action: Action,
  error: HoldfastError,
): Promise<WakeAt> {
  const reason = error.message;
  const details = { package: task.title, reason, error: error.code };
  if (error.code === 'disk.full') {
    const say = { key: 'disk-full', status: { name: 'disk-full', details } } as const;
    return await setBack(context, task, action, { setback: 'gate-closed', reason, say });
  }
  if (error.code === 'cache.too-small') {
    // No fault of the package's: it is gone on with as soon as there is more room for content.
    const status = { name: 'cache-too-small', details: { ...details, ...error.details } } as const;
    const say = { key: 'cache-too-small', status };
    return await setBack(context, task, action, { setback: 'gate-closed', reason, say });
  }
  if (refusedCodes.includes(error.code)) {
    const status = { name: 'content-refused', details } as const;
    await context.reporter.reportItem(task.id, status, { said: 'content-refused' });
    const say = { key: 'content-refused', status };
    return await setBack(context, task, action, { setback: 'content-refused', reason, say });
  }
  const retryAfter = Number(error.details.retryAfter ?? 0);
  context.reporter.note('warning', error.code, reason);
  const say = { key: 'downloading', status: { name: 'content-downloading', details } } as const;
  return await setBack(context, task, action, { setback: 'unreachable', reason, retryAfter, say });
}
