/** Who works on a simulated machine from afar: nobody, until a test says so; a restart ends all sessions. */
import type { RemoteSession, Sessions } from '@holdfast/ports';
import type { Calls, Life } from '../world/calls.ts';
import { type ToldState, toldState } from './told-state.ts';

export type SessionTable = ToldState<readonly RemoteSession[]>;

export const sessionTable = (): SessionTable => toldState<readonly RemoteSession[]>([]);

export function sessionsPort(sessions: SessionTable, calls: Calls, life: Life): Sessions {
  const { look, watch } = sessions.seen(calls, life, 'sessions.remote');
  return { remote: look, watch };
}
