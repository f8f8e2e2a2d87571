/** All senders are closed and everything that they sent has been received. */
export class EndOfChannel extends Error {
  override readonly name: string = "EndOfChannel";
}

/** The other side is gone: nobody will ever receive this. */
export class BrokenResourceError extends Error {
  override readonly name = "BrokenResourceError";
}

/** This end was closed here, by its owner. */
export class ClosedResourceError extends Error {
  override readonly name = "ClosedResourceError";
}

/** The operation would have to wait, and was asked not to. */
export class WouldBlock extends Error {
  override readonly name = "WouldBlock";
}

/** Another task is doing the same with the resource already. */
export class BusyResourceError extends Error {
  override readonly name = "BusyResourceError";
}
