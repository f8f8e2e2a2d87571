const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KB: 10 ** 3,
  MB: 10 ** 6,
  GB: 10 ** 9,
  TB: 10 ** 12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** Parses `"10MB"` or `"1.5GiB"` to bytes; null for anything else, a bare number included. */
export function parseSize(text: string): number | null {
  const parts = /^(\d+(?:\.\d+)?)\s*([A-Za-z]+)$/.exec(text);
  const unit = parts === null ? undefined : UNITS[parts[2]!];
  if (parts === null || unit === undefined) return null;
  const bytes = Math.round(Number(parts[1]) * unit);
  return Number.isSafeInteger(bytes) ? bytes : null;
}

/** Shortest exact text for a size, in the language that {@linkcode parseSize} reads: `65_536` is `"64KiB"`. */
export function formatSize(bytes: number): string {
  const texts = Object.entries(UNITS).filter(([, unit]) => bytes > 0 && bytes % unit === 0)
    .map(([name, unit]) => `${bytes / unit}${name}`);
  return texts.reduce((best, text) => text.length < best.length ? text : best, `${bytes}B`);
}
