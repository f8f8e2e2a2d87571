const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Parses `"250ms"`, `"10s"`, `"1h30m"` to milliseconds; null for anything else, a bare number included. */
export function parseDuration(text: string): number | null {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/gy)];
  if (parts.length === 0 || parts.map((part) => part[0]).join("") !== text) return null;
  const total = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * UNIT_MS[unit!]!, 0);
  return Number.isSafeInteger(Math.round(total)) ? Math.round(total) : null;
}

/** Shortest exact text for a duration, in the language that {@linkcode parseDuration} reads: `90_000` is `"1m30s"`. */
export function formatDuration(ms: number): string {
  const sign = ms < 0 ? "-" : "";
  let rest = Math.round(Math.abs(ms));
  if (rest < 1_000) return `${sign}${rest}ms`;
  if (rest < 60_000) return `${sign}${Number((rest / 1_000).toFixed(3))}s`;
  const parts: string[] = [];
  for (const unit of ["d", "h", "m"]) {
    const amount = Math.floor(rest / UNIT_MS[unit]!);
    if (amount > 0) parts.push(`${amount}${unit}`);
    rest -= amount * UNIT_MS[unit]!;
  }
  const seconds = Number((rest / 1_000).toFixed(3));
  if (seconds > 0) parts.push(`${seconds}s`);
  return sign + parts.join("");
}

/** Text for people, at most two units and no more digits than help: `3.2s`, `2m05s`, `4h12m`, `3d04h`. */
export function describeDuration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))}ms`;
  if (ms < 10_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)}s`;
  const seconds = Math.floor(ms / 1_000);
  const pad = (value: number) => String(value).padStart(2, "0");
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m${pad(seconds % 60)}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1_440) return `${Math.floor(minutes / 60)}h${pad(minutes % 60)}m`;
  const hours = Math.floor(minutes / 60);
  return `${Math.floor(hours / 24)}d${pad(hours % 24)}h`;
}
