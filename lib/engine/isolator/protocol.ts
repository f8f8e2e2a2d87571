/** What a supervisor and an isolator say to each other, over a stream between actors. */
import type { SocketAddress } from "../../base/socket_address.ts";
import type { ProcessId, ReapedOrphan, SpawnError, SpawnSpec } from "../../host/ports/processes.ts";

/** The hidden verb of the program that is an isolator. */
export const ISOLATOR_VERB = "__isolator";

/** The module that an isolator serves; no file, but a part of this program. */
export const ISOLATOR_MODULE = "supervise:isolator";

/** Sockets that a process is to be handed, which the supervisor holds. */
export interface RemoteSockets {
  readonly holder: ProcessId;
  readonly sockets: readonly { readonly descriptor: number; readonly address: SocketAddress }[];
  readonly name: string;
}

/** What to start: what of a spec goes to another process. */
export interface RemoteSpec
  extends Pick<SpawnSpec, "argv" | "env" | "cwd" | "stdin">, Required<Pick<SpawnSpec, "privileges">> {
  readonly pipes: { readonly stdout: string; readonly stderr: string };
  readonly group: string | null;
  readonly isLimited: boolean;
  readonly listening: RemoteSockets | null;
}

/** A request to start something. */
export interface StartRequest {
  readonly id: number;
  /** A {@linkcode RemoteSpec} as JSON, which carries text of any bytes as it is in strings here (`base/raw_text.ts`). */
  readonly spec: string;
}

/** Why something could not be started. */
export interface RemoteRefusal {
  readonly stage: SpawnError["stage"];
  readonly message: string;
}

/** What an isolator tells. */
export type IsolatorNews =
  /** There is a process; or there is none. */
  | { readonly kind: "spawned"; readonly id: number; readonly process: ProcessId }
  | { readonly kind: "refused"; readonly id: number; readonly why: RemoteRefusal }
  /** Its program runs; or it does not, and the process ends. */
  | { readonly kind: "started"; readonly id: number; readonly why: RemoteRefusal | null }
  /** A child or an orphan has died, and is about to be reaped. */
  | { readonly kind: "death"; readonly death: ReapedOrphan };
