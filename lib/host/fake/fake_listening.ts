import { describeSocketAddress, type SocketAddress } from "../../base/socket_address.ts";
import { ListenError, type Listening, type ListeningSocket } from "../ports/listening.ts";
import type { ProcessId } from "../ports/processes.ts";
import type { Disk } from "./disk.ts";
import type { FakeNetwork } from "./fake_network.ts";
import type { FakeProcess } from "./fake_process.ts";
import type { Kernel } from "./kernel.ts";
import { OpenFile } from "./open_file.ts";
import type { SocketTable } from "./socket_table.ts";

/** The parts of the sockets of a process. */
export interface FakeListeningOptions {
  readonly network: FakeNetwork;
  readonly sockets: SocketTable;
  readonly disk: Disk;
  readonly process: FakeProcess;
  readonly kernel: Kernel;
}

/** Sockets in memory that listen; connections wait in them for ever. */
export class FakeListening implements Listening {
  readonly #options: FakeListeningOptions;

  constructor(options: FakeListeningOptions) {
    this.#options = options;
  }

  open(address: SocketAddress): ListeningSocket {
    const { sockets, process: { pid, uid, descriptors } } = this.#options;
    const name = nameOf(address);
    const holder = sockets.listening.get(name);
    if (holder !== undefined) throw failure(address, `process ${holder.peer.pid} listens there`);
    const leave = address.type === "unix" ? this.#takePath(address) : this.#takePort(address);
    const closed = () => {
      sockets.listening.delete(name);
      leave.whenClosed();
    };
    const file = new OpenFile({ closed });
    sockets.listening.set(name, { peer: { pid, uid }, accept: () => {}, file });
    const descriptor = descriptors.add(file);
    const letGo = () => descriptors.close(descriptor);
    return {
      descriptor,
      letGo,
      close() {
        leave.here();
        letGo();
      },
    };
  }

  check(address: SocketAddress): void {
    this.open(address).close();
  }

  share(holder: ProcessId, descriptor: number, address: SocketAddress): ListeningSocket | null {
    const { kernel, sockets, process: { descriptors }, disk } = this.#options;
    const process = kernel.find(holder.pid);
    if (process?.startTime !== holder.startTime) return null;
    const file = process.descriptors.get(descriptor);
    if (file === undefined || sockets.listening.get(nameOf(address))?.file !== file) return null;
    const own = descriptors.add(file.share());
    const letGo = () => descriptors.close(own);
    const close = () => {
      if (address.type === "unix" && disk.get(address.path)?.kind === "socket") disk.remove(address.path);
      letGo();
    };
    return { descriptor: own, close, letGo };
  }

  #takePort(address: SocketAddress & { type: "tcp" }): Leave {
    try {
      return {
        here: () => {},
        whenClosed: this.#options.network.listen(address.port, { status: "silence" }),
      };
    } catch {
      throw failure(address, "another process listens there");
    }
  }

  #takePath(address: SocketAddress & { type: "unix" }): Leave {
    const { disk } = this.#options;
    const entry = disk.get(address.path);
    if (entry !== undefined && entry.kind !== "socket") {
      throw failure(address, "there is a file, and it is no socket");
    }
    const own = { kind: "socket", mode: 0o755 } as const;
    disk.put(address.path, own);
    const here = () => {
      if (disk.get(address.path) === own) disk.remove(address.path);
    };
    return { here, whenClosed: () => {} };
  }
}

/** The things to undo when a socket is let go of here, and when nobody has it any more. */
interface Leave {
  readonly here: () => void;
  readonly whenClosed: () => void;
}

function nameOf(address: SocketAddress): string {
  return address.type === "unix" ? address.path : describeSocketAddress(address);
}

function failure(address: SocketAddress, why: string): ListenError {
  return new ListenError(`Cannot listen at ${describeSocketAddress(address)}: ${why}`);
}
