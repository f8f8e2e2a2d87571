/** Colours of a terminal, or none. */
export type Painter = Readonly<Record<Colour, (text: string) => string>> & {
  /** Whether it colours anything. */
  readonly isOn: boolean;
};

/** The colours that are used: those that can be read on light and dark. */
export type Colour = "bold" | "dim" | "red" | "green" | "yellow" | "blue" | "magenta" | "cyan";

const CODES: Readonly<Record<Colour, number>> = {
  bold: 1,
  dim: 2,
  red: 31,
  green: 32,
  yellow: 33,
  blue: 34,
  magenta: 35,
  cyan: 36,
};

/** A painter; one that is off gives every text back as it is. */
export function painter(on: boolean): Painter {
  const entries = Object.entries(CODES).map(([colour, code]) =>
    [colour, (text: string) => on ? `\x1b[${code}m${text}\x1b[0m` : text] as const
  );
  return { ...Object.fromEntries(entries) as Record<Colour, (text: string) => string>, isOn: on };
}
