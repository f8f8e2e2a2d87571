/** The asker of something, as the kernel names the other end of a control socket. */
export interface Asker {
  readonly uid: number;
  /** The user's name; null if the machine's own list has none. */
  readonly user: string | null;
  /** The process; 0 for one that the supervisor cannot see, as in another container. */
  readonly pid: number;
}

/** A field that is there if somebody is known to have asked. */
export function askedBy(asker: Asker | null | undefined): { readonly asker?: Asker } {
  return asker === null || asker === undefined ? {} : { asker };
}
