/** Signal names of Linux and their numbers, the same on x86-64 and arm64. */
export const SIGNAL_NUMBERS = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGSTKFLT: 16,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGURG: 23,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGVTALRM: 26,
  SIGPROF: 27,
  SIGWINCH: 28,
  SIGIO: 29,
  SIGPWR: 30,
  SIGSYS: 31,
} as const;

/** Other names that manuals and `kill -l` have for the same signals. */
const SYNONYMS: Readonly<Record<string, Signal>> = {
  SIGIOT: "SIGABRT",
  SIGCLD: "SIGCHLD",
  SIGPOLL: "SIGIO",
};

/** A named signal such as `SIGTERM`, or a real-time one such as `SIG34`. */
export type Signal = keyof typeof SIGNAL_NUMBERS | `SIG${number}`;

/** All names that have a number of their own. */
export const SIGNAL_NAMES = Object.keys(SIGNAL_NUMBERS) as readonly (keyof typeof SIGNAL_NUMBERS)[];

/** Each name at its number. */
const NAMES: readonly Signal[] = SIGNAL_NAMES.reduce<Signal[]>((names, name) => {
  names[SIGNAL_NUMBERS[name]] ??= name;
  return names;
}, []);

/** The highest number that a signal has. */
export const HIGHEST_SIGNAL = 64;

/** The lowest real-time signal that programs may use: those below it are the C library's own. */
export const LOWEST_REAL_TIME_SIGNAL = 34;

/** `SIGRTMIN`, `SIGRTMIN+3`, `SIGRTMAX-1`. */
const REAL_TIME = /^SIGRT(?:MIN(?:\+(\d{1,2}))?|MAX(?:-(\d{1,2}))?)$/;

/** The number of a signal. */
export function signalNumber(signal: Signal): number {
  const known = (SIGNAL_NUMBERS as Readonly<Record<string, number>>)[signal];
  return known ?? Number(signal.slice("SIG".length));
}

/** The name of a signal number: `SIGTERM` for 15, `SIG34` for one without a name. */
export function signalName(number: number): Signal {
  return NAMES[number] ?? `SIG${number}`;
}

/** Reads `"SIGTERM"`, `"term"`, `"SIGRTMIN+3"`, `"15"` or `15`; null for anything that is no signal. */
export function parseSignal(text: string | number): Signal | null {
  const number = typeof text === "number" ? text : /^\d+$/.test(text) ? Number(text) : null;
  if (number !== null) {
    return Number.isInteger(number) && number >= 1 && number <= HIGHEST_SIGNAL ? signalName(number) : null;
  }
  const upper = String(text).toUpperCase();
  const name = upper.startsWith("SIG") ? upper : `SIG${upper}`;
  return SIGNAL_NAMES.find((known) => known === name) ?? realTimeSignal(name) ?? SYNONYMS[name] ?? null;
}

function realTimeSignal(name: string): Signal | null {
  const found = REAL_TIME.exec(name);
  if (found === null) return null;
  const number = name.startsWith("SIGRTMIN")
    ? LOWEST_REAL_TIME_SIGNAL + Number(found[1] ?? 0)
    : HIGHEST_SIGNAL - Number(found[2] ?? 0);
  return number >= LOWEST_REAL_TIME_SIGNAL && number <= HIGHEST_SIGNAL ? signalName(number) : null;
}
