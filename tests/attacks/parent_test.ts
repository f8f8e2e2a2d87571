/** The name at which an actor finds its parent has no owner in the kernel: the actor asks who listens there before it says anything. */
import assert from "node:assert/strict";
import process from "node:process";
import { ACTOR_VERB } from "../../lib/host/shared/actor_verb.ts";
import { SUPERVISE } from "../harness/supervise.ts";
import { attack } from "./attack.ts";

/** Listens at a name, and tells what is said there until the end of the first connection. */
const IMPOSTOR = `
socket(L, PF_UNIX, SOCK_STREAM, 0);
bind(L, pack_sockaddr_un("\\0$ARGV[0]")) || die;
listen(L, 8);
$| = 1;
print "listening\\n";
accept(C, L);
sysread(C, $said, 65536);
print "heard <$said>\\n";
`;

attack(
  "parent: an actor says nothing to another user who listens where its parent was",
  async (sandbox, { stranger }) => {
    const name = `supervise-parent-${process.pid}`;
    const impostor = stranger.run(["perl", "-MSocket", "-e", IMPOSTOR, name]);
    await impostor.line(/listening/);
    const env = { SUPERVISE_PARENT: `@${name}`, SUPERVISE_TOKEN: "secret" };
    const actor = await sandbox.run([...SUPERVISE, ACTOR_VERB], env).done;
    assert.deepEqual(
      [actor.code, /of another user listens at @/.test(actor.stderr)],
      [1, true],
      actor.stderr,
    );
    assert.match((await impostor.done).stdout, /heard <>/);
  },
  ["perl"],
);
