/** A child that speaks the protocol by hand, and breaks off where its argument says. */
import process from "node:process";
import { concatBytes } from "../../../lib/base/bytes.ts";
import { greet } from "../../../lib/actor/link/handshake.ts";
import { PARENT_VARIABLE, TOKEN_VARIABLE } from "../../../lib/actor/process/spawn_spec.ts";
import { openSystemHost } from "../../../lib/host/system_host.ts";
import { run } from "../../../lib/scope/run.ts";
import { sleepForever } from "../../../lib/scope/sleep.ts";
import { encodeMessage, Kind } from "../../../lib/wire/message.ts";
import { encodePayload } from "../../../lib/wire/payload.ts";
import { note } from "../modules/journal.ts";

const mode = process.argv[2]!;
const host = await openSystemHost();
const self = { id: `raw-${process.pid}`, name: "raw", path: "raw", pid: process.pid, address: null };

await run(async () => {
  const connection = (await host.sockets.connect(process.env[PARENT_VARIABLE]!))!;
  if (mode === "garbage") await connection.write(new Uint8Array([0, 0, 0, 3, 1, 2, 3]));
  if (mode === "garbage" || mode === "silent") return await stay();
  const { reader } = await greet(
    connection,
    self,
    mode === "impostor" ? "guessed" : process.env[TOKEN_VARIABLE]!,
  );
  if (mode === "exits after hello") process.exit(4);
  if (mode === "drops after hello") connection.close();
  if (mode === "drops when ready") {
    // A socket that is closed with something unread may lose what was written, too.
    await reader.next();
    const payload = encodePayload(self);
    await connection.write(concatBytes(encodeMessage({ kind: Kind.started, dialog: 0, number: 0, payload })));
    connection.close();
  }
  await stay();
}, { clock: host.clock });

async function stay(): Promise<never> {
  note(`stays: ${mode}`);
  return await sleepForever();
}
