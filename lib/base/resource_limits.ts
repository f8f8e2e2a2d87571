/** The limits of resources that Linux keeps for each process: their names as in systemd, and their numbers. */
export const RESOURCE_NUMBERS = {
  cpu: 0,
  fsize: 1,
  data: 2,
  stack: 3,
  core: 4,
  rss: 5,
  nproc: 6,
  nofile: 7,
  memlock: 8,
  as: 9,
  locks: 10,
  sigpending: 11,
  msgqueue: 12,
  nice: 13,
  rtprio: 14,
  rttime: 15,
} as const;

/** Name of a resource. */
export type Resource = keyof typeof RESOURCE_NUMBERS;

/** All names. */
export const RESOURCES = Object.keys(RESOURCE_NUMBERS) as readonly Resource[];

/** How much a process may have of a resource. */
export type Bound = number | "unlimited";

/** The limit of one resource; null leaves that part as it is. */
export interface ResourceLimit {
  /** The limit that holds. */
  readonly soft: Bound | null;
  /** How far the process may raise it. */
  readonly hard: Bound | null;
}

/** Limits by resource. */
export type ResourceLimits = Readonly<Partial<Record<Resource, ResourceLimit>>>;

/** Whether `one` allows more than `other`. */
export function isMore(one: Bound, other: Bound): boolean {
  return one === "unlimited" ? other !== "unlimited" : other !== "unlimited" && one > other;
}
