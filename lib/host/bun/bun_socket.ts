/** The part of Bun's sockets that is used. */

/** A connected socket. */
export interface BunSocket<Data> {
  data: Data;
  /** -1 when it is closed. */
  readonly fd: number;
  /** How many bytes the system has taken; fewer than none if nothing can be written any more. */
  write(bytes: Uint8Array): number;
  pause(): void;
  resume(): void;
  /** Sends the end; what the other side sends still comes in. */
  shutdown(): void;
  /** Closes it at once. Bytes that the system has taken arrive nevertheless. */
  terminate(): void;
  unref(): void;
}

/** A listening socket; a socket file goes when it stops. */
export interface BunServer {
  stop(): void;
  unref(): void;
}

/** The callbacks of a socket. */
export interface BunHandlers<Data> {
  readonly binaryType: "uint8array";
  open?(socket: BunSocket<Data>): void;
  data(socket: BunSocket<Data>, bytes: Uint8Array): void;
  drain?(socket: BunSocket<Data>): void;
  end?(socket: BunSocket<Data>): void;
  close?(socket: BunSocket<Data>): void;
  error(): void;
}

interface Options<Data> {
  /** Whether this side may write when the other has sent its end. */
  readonly allowHalfOpen: boolean;
  readonly socket: BunHandlers<Data>;
}

interface BunNet {
  listen<Data>(options: Options<Data> & { readonly unix: string }): BunServer;
  connect<Data>(options: Options<Data> & { readonly fd: number }): Promise<BunSocket<Data>>;
}

/** The sockets of the runtime. */
export function bunNet(): BunNet {
  return (globalThis as unknown as { Bun: BunNet }).Bun;
}
