/** The port to what programs tell their supervisor in datagrams, as sd_notify sends them. */

/** One datagram, whole. */
export interface Notice {
  readonly text: string;
  /** The process that sent it, as the kernel says: the process may have ended since. */
  readonly sender: { readonly pid: number; readonly uid: number };
}

/** Where notices come in. */
export interface NoticeBox {
  /** Takes at once what has come by now. */
  takeNow(): void;
  close(): void;
}

/** See the module. */
export interface Notices {
  /**
   * Takes what is sent to a name in the kernel, such as `@supervise/1`, in order, and calls back for each. Descriptors that come
   * along are closed once that has returned, which is what a sender waits for that sends BARRIER=1. A notice of more than
   * 4096 bytes is dropped.
   *
   * @returns Null if somebody else has the name, or no descriptor is left.
   */
  open(name: string, onNotice: (notice: Notice) => void): NoticeBox | null;
  /**
   * Sends a text to a name in the kernel, or to a socket by its path, as a program tells its service manager something.
   *
   * @returns Whether it is on its way: nobody may listen there, or have room for it.
   */
  send(address: string, text: string): boolean;
}
