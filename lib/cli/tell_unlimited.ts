import { nameSome } from "../base/name_some.ts";
import { fromPromise } from "../bridge/from_promise.ts";
import type { StatusRow } from "../control/protocol.ts";
import { printable } from "./render/printable.ts";
import type { Ui } from "./ui.ts";

/** Warns of the actors that run without limits that they should have; replicas and others alike in one line. */
export async function tellUnlimited(ui: Ui, rows: readonly StatusRow[]): Promise<void> {
  const unlimited = rows.filter(({ cgroup }) =>
    cgroup !== null && !cgroup.required && cgroup.unkept !== null
  );
  const reasons = Map.groupBy(unlimited, ({ cgroup }) => cgroup!.unkept!);
  for (const [reason, alike] of reasons) {
    const names = nameSome(alike.map(({ path }) => path));
    await fromPromise(
      ui.say(`${ui.err.yellow("warning")}: ${printable(`${names}: runs without ${reason}`)}`),
    );
  }
}
