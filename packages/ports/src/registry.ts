/** The Windows registry, as far as detection reads it. */
export type Registry = {
  /** The value as text (numbers in decimal, multi-strings joined by newlines); undefined where it is not there. */
  read(value: {
    readonly hive: 'HKLM' | 'HKCU';
    readonly key: string;
    readonly name: string;
    readonly view: '64' | '32';
  }): Promise<string | undefined>;
};
