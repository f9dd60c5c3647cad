/** What a migration is, and the databases that it meets. */

export type DatabaseKind = 'sqlite' | 'postgres';

/** What differs between the databases in the definition of tables. */
export type MigrationTools = {
  readonly kind: DatabaseKind;
  /** Runs one statement of definition. */
  run(statement: string): Promise<void>;
};

export type Migration = {
  readonly number: number;
  readonly name: string;
  up(tools: MigrationTools): Promise<void>;
};
