/** The addresses on the stage at which an actor is asked something, each about one thing. PURE. */
import type { NodeId } from "../config/plan.ts";

/** A question, and the actor that it is put to. */
export interface StageQuestion {
  readonly about: "readiness" | "health";
  readonly path: NodeId;
}

const SUFFIX = ".stage";

/** The host at which it is asked: paths are no names of hosts. */
export function addressOn({ about, path }: StageQuestion): string {
  const letters = [...new TextEncoder().encode(path)].map((byte) => byte.toString(16).padStart(2, "0"));
  return `x${letters.join("")}.${about}${SUFFIX}`;
}

/** The question that is put at a host; null if that is no address of the stage. */
export function questionAt(host: string): StageQuestion | null {
  if (!host.endsWith(SUFFIX)) return null;
  const [letters, about] = host.split(".") as [string, StageQuestion["about"]];
  const bytes = (letters.slice(1).match(/../g) ?? []).map((pair) => parseInt(pair, 16));
  return { about, path: new TextDecoder().decode(new Uint8Array(bytes)) as NodeId };
}
