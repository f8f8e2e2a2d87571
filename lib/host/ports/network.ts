/** The port to TCP and HTTP, as far as probes need it. */

/** An attempt in progress. */
export interface Attempt {
  /** Null if it succeeded, else why not. Never rejects. */
  readonly result: Promise<string | null>;
  /** Ends it at once; the result then says so. */
  cancel(): void;
}

/** Asks other programs whether they are there. */
export interface Network {
  /** Succeeds if the port accepts a connection, which is closed again. */
  connect(host: string, port: number): Attempt;
  /** Succeeds if a GET answers with a status of 200 to 399. Follows no redirects, uses no proxy. */
  get(url: string): Attempt;
}
