/** The Windows registry, as far as detection reads it and a component's own values are kept in it. */

/** Where a value is; an empty name is that of a key's default value. */
export type RegistryPlace = {
  readonly hive: 'HKLM' | 'HKCU';
  readonly key: string;
  readonly name: string;
  readonly view: '64' | '32';
};

export type Registry = {
  /** The value as text (numbers in decimal, multi-strings joined by newlines); undefined where it is not there. */
  read(place: RegistryPlace): Promise<string | undefined>;
  /**
   * Puts text (REG_SZ) there, whatever was there before, and makes the keys that are missing; durable when it resolves.
   * @throws HoldfastError `disk.denied`, `system.*`; `system.failed` too where the machine has no registry, and for a key,
   * name or text with a NUL in it
   */
  write(place: RegistryPlace, text: string): Promise<void>;
  /** Takes the value away, its key stays; nothing happens where it is not there. @throws HoldfastError as `write` */
  remove(place: RegistryPlace): Promise<void>;
};
