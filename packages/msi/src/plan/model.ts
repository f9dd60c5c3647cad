/** What an installation is going to do, step by step, each with its reason: made before anything is touched. */
import type { RegistryChange, ServiceConfiguration } from '../host/model.ts';

/** Letters of REINSTALLMODE. */
export type ReinstallMode = ReadonlySet<'p' | 'o' | 'e' | 'd' | 'c' | 'a' | 'm' | 'u' | 's' | 'v'>;

/** What msiexec was asked for. */
export type Request = {
  readonly action: 'install' | 'uninstall' | 'repair' | 'administrative';
  /** By upper-case name, as on the command line, in its order. */
  readonly properties: ReadonlyMap<string, string>;
};

export type FileRule =
  | 'missing' // there is no file
  | 'version-higher'
  | 'version-lower'
  | 'version-equal'
  | 'language-more'
  | 'language-same'
  | 'versioned-over-unversioned'
  | 'unversioned-under-versioned'
  | 'unmodified'
  | 'modified-by-user'
  | 'hash-equal'
  | 'hash-different'
  | 'checksum-bad' // REINSTALLMODE=c, and the file is not what its own checksum says
  | 'companion'
  | 'forced' // REINSTALLMODE=a, or a mode that asks for it
  | 'mode' // the mode does not ask for this file
  | 'key-path-kept' // the component's key file is kept, so all of it is
  | 'never-overwrite'
  | 'protected' // the system's own version is asked for
  | 'not-installed'; // its component is not taken

/** Keep or replace, for every file of the package. */
export type FileDecision = {
  readonly file: string;
  readonly component: string;
  readonly path: string;
  readonly do: 'install' | 'replace' | 'keep' | 'remove' | 'leave';
  readonly rule: FileRule;
  readonly reason: string;
  readonly packaged: { readonly version?: string; readonly size: number };
  readonly existing?: { readonly version?: string; readonly size: number };
};

/** Where the bytes of a file that is placed come from. */
export type FileBytes =
  | { readonly from: 'package'; readonly product: string; readonly file: string }
  | { readonly from: 'memory'; readonly base64: string }
  /** A stream of the package: `Icon.name`, `Binary.name`. */
  | { readonly from: 'stream'; readonly product: string; readonly stream: string }
  /** The package itself, kept for repairs. */
  | { readonly from: 'database'; readonly product: string }
  | { readonly from: 'machine'; readonly path: string };

type Act =
  | { readonly kind: 'create-folder'; readonly path: string }
  | { readonly kind: 'remove-folder'; readonly path: string }
  | {
      readonly kind: 'place-file';
      readonly path: string;
      readonly bytes: FileBytes;
      readonly size: number;
      readonly modified?: number;
    }
  | { readonly kind: 'remove-file'; readonly path: string }
  | { readonly kind: 'change-registry'; readonly changes: readonly RegistryChange[] }
  | { readonly kind: 'put-service'; readonly configuration: ServiceConfiguration }
  | {
      readonly kind: 'remove-service' | 'start-service' | 'stop-service';
      readonly name: string;
      readonly vital: boolean;
      readonly words?: readonly string[];
    }
  | { readonly kind: 'ask-protection'; readonly paths: readonly string[] }
  | { readonly kind: 'run-program'; readonly customAction: CustomAction };

/** One change of the machine. */
export type Operation = Act & {
  /** The standard action that asks for it: `InstallFiles`; or the custom action's name. */
  readonly action: string;
  readonly component?: string;
  readonly reason: string;
  /** Code of the product that is removed by an upgrade, where the operation is part of its removal. */
  readonly product?: string;
};

/** A custom action as it is to be run, its formatted text filled in. */
export type CustomAction = {
  readonly id: string;
  readonly type: number;
  readonly when: 'immediate' | 'deferred' | 'rollback' | 'commit';
  /** Whether its failure fails the installation (no "continue" bit). */
  readonly vital: boolean;
  readonly program: string;
  readonly arguments: string;
  readonly folder: string | undefined;
};

/** Why nothing is done. The exit code is the field's (domain facts 1.7). */
export type Refusal = { readonly exitCode: number; readonly message: string };

export type Plan = {
  readonly productCode: string;
  readonly productName: string;
  readonly version: string;
  readonly request: Request;
  readonly refusal: Refusal | undefined;
  /** In the order of the execute sequence. */
  readonly operations: readonly Operation[];
  readonly decisions: readonly FileDecision[];
  /** Actions and custom actions that were passed over, each with its reason. */
  readonly skipped: readonly { readonly action: string; readonly reason: string; readonly vital: boolean }[];
  /** Products that a major upgrade removes; their operations are among those above. */
  readonly removes: readonly { readonly productCode: string; readonly version: string | undefined }[];
  /** At the end of the sequence; hidden ones masked by whoever prints them. */
  readonly properties: ReadonlyMap<string, string>;
  readonly restart: boolean;
};
