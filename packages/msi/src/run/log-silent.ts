/** The log of those who want none. */
import type { RunLog } from './model.ts';

const nothing = async () => undefined;

export const silentLog: RunLog = {
  actionStart: nothing,
  actionEnd: nothing,
  skip: nothing,
  decision: nothing,
  operation: nothing,
  customAction: nothing,
  customActionFailed: nothing,
  property: nothing,
  error: nothing,
  message: nothing,
  rollingBack: nothing,
  restart: nothing,
  properties: nothing,
};
