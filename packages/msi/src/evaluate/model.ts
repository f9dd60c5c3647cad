/** What a package would do on a described machine where the product is not there yet. */
import type { Component, Feature } from '../product/model.ts';

export type MachineArchitecture = 'x86' | 'x64' | 'arm64';

/** A Windows machine, as far as an installation asks for it. */
export type TargetMachine = {
  readonly architecture: MachineArchitecture;
  /** `major.minor`, as Windows says it of itself. */
  readonly windows: string;
  /** Properties that the installer sets by itself, without the folders. */
  readonly properties: ReadonlyMap<string, string>;
  /** Folder properties for a product of the whole machine (ALLUSERS), with a `\` at their ends; */
  readonly folders: ReadonlyMap<string, string>;
  /** and for a product of one user. */
  readonly userFolders: ReadonlyMap<string, string>;
  /** By upper-case name. */
  readonly environment: ReadonlyMap<string, string>;
};

/** States as conditions see them: numbers of INSTALLSTATE. */
export const stateNumbers = { unknown: -1, advertised: 1, absent: 2, local: 3, source: 4 } as const;

export type FeatureAction = 'local' | 'source' | 'advertised' | 'absent';
export type ComponentAction = 'local' | 'source' | 'absent';

export type FeatureState = {
  readonly feature: Feature;
  /** After the rows of the Condition table. */
  readonly level: number;
  readonly state: FeatureAction;
  /** Why, as a sentence without its end. */
  readonly why: string;
};

export type ComponentState = {
  readonly component: Component;
  readonly state: ComponentAction;
  /** The features that it belongs to. */
  readonly features: readonly string[];
  readonly why: string;
};

/** A row of the LaunchCondition table; the installation ends where it does not hold. */
export type LaunchCondition = {
  readonly condition: string;
  readonly holds: boolean;
  readonly message: string;
};

export type Evaluation = {
  readonly machine: TargetMachine;
  /** At the end of the sequence; those of directories hold their paths. A property that is not set is not in it. */
  readonly properties: ReadonlyMap<string, string>;
  /** Windows path of every directory by its id, with a `\` at its end. */
  readonly directories: ReadonlyMap<string, string>;
  readonly features: ReadonlyMap<string, FeatureState>;
  readonly components: ReadonlyMap<string, ComponentState>;
  /** Windows path of every file by its id, whatever the state of its component. */
  readonly files: ReadonlyMap<string, string>;
  readonly launchConditions: readonly LaunchCondition[];
  /** Features that the properties name and the product does not have: the installer refuses them. */
  readonly unknownFeatures: readonly string[];
  /**
   * Formatted text, expanded. `[!file]` becomes the long path: what the short one is, only the disk knows.
   * @throws HoldfastError `msi.limit`
   */
  format(text: string): string;
  /**
   * Whether a condition holds; an empty one does.
   * @throws HoldfastError `msi.invalid` where it is no condition, `msi.limit`
   */
  holds(condition: string): boolean;
};
