import { secondsOf } from "../harness/sleepers.ts";
import type { Sandbox } from "../harness/supervise.ts";
import { once } from "./once.ts";

/** Two daemons, `a` with a child that has made a session of its own. Keys of `b` may follow. */
export function pairOf(sandbox: Sandbox): string {
  const s = secondsOf(sandbox);
  return `
    [actors.a]
    shell = "${once("a")} (setsid sleep ${s}1 &) ; exec sleep ${s}2"
    daemon = true
    [actors.b]
    shell = "${once("b")} exec sleep ${s}3"
    daemon = true
  `;
}
