/** What is measured of a scheduler, and how much of it is done in one go. */
export const CASES = {
  "start and join 100,000 tasks": 100_000,
  "cancel 100,000 parked tasks": 100_000,
  "nest 10,000 scopes": 10_000,
  "1,000,000 items through a channel, rendezvous, two tasks": 1_000_000,
  "1,000,000 items through a channel of 100, two tasks": 1_000_000,
  "1,000,000 items through a channel of 100, ten tasks": 1_000_000,
  "100,000 sleeps of 0 to 99 ms": 100_000,
} as const;

/** The name of a case. */
export type Case = keyof typeof CASES;

/** How one contender does each of them `count` times; what it cannot do is left out. */
export type Contender = Partial<
  Record<Case | "park", (count: number) => Promise<unknown>>
>;
