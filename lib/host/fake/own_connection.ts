import type { Connection } from "../ports/sockets.ts";
import type { FakeProcess } from "./fake_process.ts";
import { receiveWhile } from "./receive_while.ts";

/** The open connections, which are told of an end. */
export interface OpenEnds {
  add(end: Connection): void;
  delete(end: Connection): void;
}

/** The home of code: a process, or a thread. */
export type Holder = Pick<FakeProcess, "loop" | "onEnd" | "isAlive">;

/** An end of a connection as the process has it that holds it: it is closed when that ends, without a word. */
export function ownConnection(end: Connection, process: Holder, open: OpenEnds): Connection {
  const { loop, onEnd } = process;
  const letGo = () => {
    onEnd.delete(close);
    open.delete(end);
  };
  const close = () => {
    letGo();
    end.close();
  };
  open.add(end);
  if (process.isAlive) onEnd.add(close);
  else close();
  return {
    peer: end.peer,
    identity: end.identity,
    async read() {
      const bytes = await loop.hear(end.read());
      if (bytes === null) letGo();
      return bytes;
    },
    receiveWhile(onBytes) {
      return receiveWhile(this, onBytes);
    },
    write: (bytes) => loop.hear(end.write(bytes)),
    send: (pieces) => end.send(pieces),
    drained: () => loop.hear(end.drained()),
    end() {
      const ended = end.end();
      void ended.then(letGo);
      return loop.hear(ended);
    },
    close,
    get backlog() {
      return end.backlog;
    },
  };
}
