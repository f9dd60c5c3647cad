/** The picture on a machine's screen. */
export type Display = {
  /** As the system names it: `:0`, `WinSta0\Default`. */
  readonly name: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
};

/** One picture: rows from the top, four bytes a pixel (blue, green, red, unused), no padding between rows. */
export type Frame = { readonly width: number; readonly height: number; readonly pixels: Uint8Array };

/** Failures are HoldfastErrors: `screen.none` where there is no screen to see, `screen.failed` where it cannot be read. */
export type Screen = {
  /** Undefined where nobody has a screen here: a server, a service before the first sign-in. */
  display(): Promise<Display | undefined>;
  /** What is on it now. @throws HoldfastError `screen.none`, `screen.failed` */
  capture(): Promise<Frame>;
  /** Gives back what is held of the system. */
  close(): void;
};
