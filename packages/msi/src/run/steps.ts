/** Operations as they are carried out and undone: with what the machine was like before. All of it is plain JSON. */
import type { ServiceConfiguration } from '../host/model.ts';
import type { CustomAction } from '../plan/model.ts';
import type { KeptChange } from './kept-changes.ts';

/** A file as it was before, and the operation under whose number its copy is kept. */
export type KeptFile = {
  readonly backup: number;
  readonly size: number;
  readonly sha256: string;
  /** Milliseconds since 1970. */
  readonly modified: number | null;
};

/** A path that may be changed: the file that was there, and the folders above it that were not, the highest first. */
export type KeptPath = {
  readonly path: string;
  readonly file: KeptFile | null;
  readonly missing: readonly string[];
};

type ServiceAsk = { readonly name: string; readonly vital: boolean; readonly words: readonly string[] };

export type StepKinds = {
  'create-folder': { readonly missing: readonly string[] };
  /** Becomes real after the commit, unless a later operation makes the folder again. */
  'remove-folder': { readonly path: string; readonly superseded: boolean };
  'place-file': KeptPath & { readonly size: number; readonly sha256: string };
  /** Becomes real after the commit, unless a later operation places the file again. */
  'remove-file': { readonly path: string; readonly superseded: boolean };
  'change-registry': { readonly changes: readonly KeptChange[]; readonly undo: readonly KeptChange[] };
  'put-service': {
    readonly configuration: ServiceConfiguration;
    readonly before: ServiceConfiguration | null;
    readonly undo: readonly KeptChange[];
  };
  'remove-service': {
    readonly name: string;
    readonly vital: boolean;
    readonly before: ServiceConfiguration | null;
    readonly undo: readonly KeptChange[];
  };
  'start-service': ServiceAsk & { readonly running: boolean };
  'stop-service': ServiceAsk & { readonly running: boolean };
  'ask-protection': { readonly files: readonly KeptPath[] };
  'run-program': { readonly customAction: CustomAction };
};

export type StepKind = keyof StepKinds;
export type StepOf<Kind extends StepKind> = { readonly kind: Kind } & StepKinds[Kind];
export type BareStep = { [Kind in StepKind]: StepOf<Kind> }[StepKind];
export type Step = BareStep & {
  /** That asked for it, for messages. */
  readonly action: string;
};
