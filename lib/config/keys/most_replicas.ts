/** So many copies of an actor there may be. */
export const MOST_REPLICAS = 1_000;
