/** What was typed of an order of a version, and the request that it stands for. What is left empty is the site's to choose. */
import {
  type ClientUpgradeCreate,
  type ClientUpgradeSummary,
  ringLimitOf,
  ringSizesOf,
} from '@holdfast/contract/web';

export type OrderDraft = {
  action: ClientUpgradeSummary['action'];
  version: string | null;
  collectionId: string | null;
  /** `1 %, 10, all` */
  rings: string;
  /** `5 %` or a number of machines. */
  failures: string;
  silence: string;
  /** Minutes; empty for the site's own. */
  settleMinutes: number | string;
  leaseMinutes: number | string;
  spreadMinutes: number | string;
  trialMinutes: number | string;
};

export const emptyOrder = (action: OrderDraft['action']): OrderDraft => ({
  action,
  version: null,
  collectionId: null,
  rings: '',
  failures: '',
  silence: '',
  settleMinutes: '',
  leaseMinutes: '',
  spreadMinutes: '',
  trialMinutes: '',
});

const day = 24 * 60;

/** Bounds of the times in minutes; the contract has them in seconds. */
export const timeBounds = {
  settleMinutes: { min: 0, max: 30 * day },
  leaseMinutes: { min: 1, max: 30 * day },
  spreadMinutes: { min: 0, max: 7 * day },
  trialMinutes: { min: 0, max: day },
} as const;

function wrongTime(draft: OrderDraft, field: keyof typeof timeBounds): string | null {
  const { min, max } = timeBounds[field];
  const value = draft[field];
  const fits = value === '' || (Number.isInteger(value) && Number(value) >= min && Number(value) <= max);
  return fits ? null : `Whole minutes from ${min} to ${max.toLocaleString()}`;
}

const wrongLimit = (text: string): string | null =>
  text.trim() === '' || ringLimitOf(text) !== undefined
    ? null
    : 'A share such as 5 %, or a number of machines';

/** What is wrong with each field; null where nothing is. */
export function orderErrors(draft: OrderDraft) {
  return {
    version: draft.version === null ? 'Choose a version' : null,
    collectionId: draft.collectionId === null ? 'Choose a collection' : null,
    rings:
      draft.rings.trim() === '' || ringSizesOf(draft.rings) !== undefined
        ? null
        : 'Shares and numbers such as 1 %, 10, 50 %, all',
    failures: wrongLimit(draft.failures),
    silence: wrongLimit(draft.silence),
    settleMinutes: wrongTime(draft, 'settleMinutes'),
    leaseMinutes: wrongTime(draft, 'leaseMinutes'),
    spreadMinutes: wrongTime(draft, 'spreadMinutes'),
    trialMinutes: wrongTime(draft, 'trialMinutes'),
  };
}

/** A field of the request, absent where the draft has nothing for it. */
const given = <Name extends string, T>(name: Name, value: T | undefined) =>
  (value === undefined ? {} : { [name]: value }) as Partial<Record<Name, T>>;

const seconds = (minutes: number | string): number | undefined =>
  minutes === '' ? undefined : Number(minutes) * 60;

/** The request that a draft without errors stands for; undefined while something is missing. */
export function orderOf(draft: OrderDraft): ClientUpgradeCreate | undefined {
  const { action, version, collectionId } = draft;
  if (version === null || collectionId === null) return undefined;
  return {
    action,
    version,
    collectionId,
    ...given('rings', ringSizesOf(draft.rings)),
    ...given('failures', ringLimitOf(draft.failures)),
    ...given('silence', ringLimitOf(draft.silence)),
    ...given('settleSeconds', seconds(draft.settleMinutes)),
    ...given('leaseSeconds', seconds(draft.leaseMinutes)),
    ...given('spreadSeconds', seconds(draft.spreadMinutes)),
    ...given('trialSeconds', seconds(draft.trialMinutes)),
  };
}
