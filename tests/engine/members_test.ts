import assert from "node:assert/strict";
import type { FakeProgram } from "../../lib/host/fake/puppet.ts";
import { Kind } from "../../lib/wire/message.ts";
import { test } from "../harness/test.ts";
import { boxOf, Member } from "./member.ts";
import { type Play, play, type Played, type Stage } from "./play.ts";

const STAY: FakeProgram = (self) => self.forever();

/** What an actor of a play does when it has joined. */
type Part = (member: Member, self: Parameters<FakeProgram>[0], stage: Stage) => Promise<void>;

interface Case {
  readonly config: string;
  readonly part: Part;
  readonly script?: Play["script"];
}

/** Plays with one program that joins; it lets go of its connection when it ends by itself. */
async function playMember({ config, part, script }: Case): Promise<Played> {
  let stage: Stage | undefined;
  return await play({
    config,
    programs: {
      async "/usr/bin/supervise"(self) {
        const member = await Member.join(stage!.machine, self);
        await part(member, self, stage!);
        member.leave();
      },
      "/bin/stay": STAY,
    },
    async script(given) {
      stage = given;
      if (script === undefined) return;
      await script(given);
      given.down();
    },
  });
}

const daemon = (more = "") => `
  [actors.api]
  module = "api.ts"
  daemon = true
  restart = "never"
  ${more}
`;

test("members: a module is told what to run, is ready when it is loaded, and then is found until it ends", async () => {
  const found: string[] = [];
  const played = await playMember({
    config: `[actors.api]
      module = "a b.ts"
      export = "work"
      params = { size = 1 }
      replicas = 1`,
    async part(member, self, { runtime, machine }) {
      const { name, path, modules, main, uids, parentPid, debug } = member.spec!;
      assert.deepEqual({ name, path, modules, main, uids, debug }, {
        name: "api",
        path: "api.1",
        modules: { "": "file:///srv/shop/a%20b.ts" },
        main: { export: "work", args: [{ size: 1 }], isOptional: false },
        uids: [1_000],
        debug: false,
      });
      assert.equal(parentPid, machine.host.processes.ownPid);
      await self.sleep(700);
      found.push(runtime.registry.find("api").map((one) => one.path).join());
      member.loaded();
      await self.sleep(100);
      found.push(runtime.registry.find("api").map((one) => `${one.path} ${one.address}`).join());
    },
  });
  assert.deepEqual(played.linesOf("api.1", "started", "ready", "exited", "completed"), [
    "0 started",
    "700 ready",
    "800 exited",
    "800 completed",
  ]);
  assert.equal(found[0], "");
  assert.match(found[1]!, /^api\.1 @\d+$/);
  assert.deepEqual(played.runtime.registry.list().map(({ path }) => path), ["shop"]);
});

test("members: a module without params is called without, and a daemon is told that it may just serve", async () => {
  for (const daemon of [true, false]) {
    await playMember({
      config: `actors.api = { module = "api.ts", daemon = ${daemon}, restart = "never" }`,
      part: (member) => {
        assert.deepEqual(member.spec!.main, { export: "default", args: [], isOptional: daemon });
        return Promise.resolve();
      },
    });
  }
});

test("members: what joins and is no module is told who it is, and ready as its own probe says", async () => {
  const played = await playMember({
    config: `actors.other = { exec = ["/usr/bin/supervise"] }`,
    async part(member, self, { runtime }) {
      assert.deepEqual([member.spec!.path, member.spec!.modules, member.spec!.main], ["other", {}, null]);
      member.loaded();
      await self.sleep(10);
      assert.equal(runtime.registry.find("other").length, 1);
    },
  });
  assert.deepEqual(played.instants("other", "ready"), [0]);
});

test("members: one that is cancelled and ends in time is not signalled", async () => {
  let withinMs = 0;
  const played = await playMember({
    config: daemon(),
    async part(member, self) {
      member.loaded();
      withinMs = await member.cancelled();
      await self.sleep(300);
    },
    async script({ at, stop }) {
      await at(1_000);
      await stop("api");
    },
  });
  assert.equal(withinMs, 6_000);
  const exited = played.entries.find(({ event }) => event === "exited")!;
  assert.deepEqual([exited.ms, exited["code"], exited["signal"]], [1_300, 0, null]);
});

test("members: one that does not heed a cancel is signalled after 60% of its grace, then killed", async () => {
  const heard: string[] = [];
  const played = await playMember({
    config: daemon(`stop = { grace = "5s" }`),
    async part(member, self, { machine }) {
      member.loaded();
      self.onSignal("SIGTERM", () => heard.push(`SIGTERM at ${machine.clock.now()}`));
      heard.push(`cancel for ${await member.cancelled()} at ${machine.clock.now()}`);
      await self.forever();
    },
    async script({ at, stop }) {
      await at(1_000);
      await stop("api");
    },
  });
  assert.deepEqual(heard, ["cancel for 3000 at 1000", "SIGTERM at 4000"]);
  assert.deepEqual(played.linesOf("api", "stopping", "killed"), ["1000 stopping", "6000 killed"]);
});

test("members: one whose connection is lost is signalled at once", async () => {
  const played = await playMember({
    config: daemon(),
    async part(member, self) {
      member.loaded();
      await self.sleep(100);
      member.leave();
      await self.forever();
    },
    async script({ at, stop }) {
      await at(2_000);
      await stop("api");
    },
  });
  assert.deepEqual(played.linesOf("api", "stopping", "exited"), ["2000 stopping", "2000 exited"]);
});

test("members: the connection that is lost during a cancel brings the signal forward", async () => {
  const played = await playMember({
    config: daemon(),
    async part(member, self) {
      member.loaded();
      await member.cancelled();
      member.leave();
      await self.forever();
    },
    async script({ at, stop }) {
      await at(1_000);
      await stop("api");
    },
  });
  // After the time in which its end would have explained the loss.
  assert.deepEqual(played.instants("api", "exited"), [1_500]);
});

test("members: what its code has failed with is the reason, without secrets and within bounds", async () => {
  const played = await playMember({
    config: daemon(`env = { API_TOKEN = "tok-98765" }`),
    async part(member, self) {
      member.loaded();
      const cause = boxOf("Error", "x".repeat(10_000));
      member.fails({ ...boxOf("RangeError", "not tok-98765"), cause });
      await self.sleep(20);
      self.exit(1);
      member.leave();
    },
  });
  const exited = played.entries.find(({ event }) => event === "exited")!;
  const { type, message, cause } = exited["error"] as Record<string, string> & { cause: { message: string } };
  assert.deepEqual([type, message, cause.message.length], ["RangeError", "not ***", 4_099]);
  assert.equal(played.entries.find(({ event }) => event === "failed")!["reason"], "RangeError: not ***");
});

test("members: one that breaks the protocol loses its connection, and the run goes on", async () => {
  const played = await playMember({
    config: daemon(),
    async part(member, self) {
      member.loaded();
      await self.sleep(100);
      await member.babble();
      await self.forever();
    },
    async script({ at, stop, runtime }) {
      await at(5_000);
      assert.deepEqual(runtime.registry.find("api"), []);
      await stop("api");
    },
  });
  assert.deepEqual(played.linesOf("api", "stopping", "exited"), ["5000 stopping", "5000 exited"]);
});

test("members: nobody joins twice in the name of one run, or in the name of one that is over", async () => {
  let token = "";
  await playMember({
    config: `${daemon()}
      [actors.late]
      exec = ["/bin/stay"]
      daemon = true`,
    async part(_, self, { machine }) {
      token = self.env["SUPERVISE_RUN"]!;
      assert.equal((await Member.join(machine, self)).spec, null);
    },
    async script({ at, machine }) {
      await at(1_000);
      const env = { SUPERVISE_SOCKET: "@control", SUPERVISE_RUN: token };
      const late = await Member.join(machine, { env, pid: 7 } as unknown as Parameters<FakeProgram>[0]);
      assert.equal(late.spec, null);
    },
  });
});

test("members: one speaks for itself and those below it, and for no other", async () => {
  const kinds: Kind[] = [];
  const listed: string[][] = [];
  await playMember({
    config: daemon(),
    async part(member, self, { machine, runtime }) {
      const list = () => void listed.push(runtime.registry.list().map(({ path }) => path));
      member.loaded();
      const identity = (id: string, path: string) => ({ id, name: "x", path, pid: self.pid, address: null });
      const register = async (id: string, path: string, by: Member, dialog: number) => {
        by.asks("register", [identity(id, path)], dialog);
        kinds.push(await by.ended(dialog));
      };
      await register("one", "api/below", member, 1);
      await register("two", "db", member, 3);
      await register("three", "apis/x", member, 5);
      // The id of its supervisor.
      await register(runtime.self.id, "api/root", member, 7);
      list();
      member.asks("unregister", [runtime.self.id], 9);
      kinds.push(await member.ended(9));
      list();
      // Without a token it can say that it is anybody, and speaks for nobody.
      const other = await Member.visit(machine, self, "db");
      await register("four", "db/below", other, 1);
      list();
    },
  });
  const { error } = Kind;
  assert.deepEqual(kinds, [Kind.return, error, error, error, Kind.return, error]);
  const whole = ["shop", "api", "api/below"];
  assert.deepEqual(listed, [whole, whole, whole]);
});

test("members: one that calls itself by the id of another is let go", async () => {
  const played = await playMember({
    config: daemon(),
    async part(member, self, { runtime }) {
      member.loaded(runtime.self.id);
      await self.forever();
    },
    async script({ at, runtime }) {
      await at(1_000);
      assert.equal(runtime.registry.list().filter(({ id }) => id === runtime.self.id).length, 1);
      assert.deepEqual(runtime.registry.find("api"), []);
    },
  });
  assert.deepEqual(played.linesOf("api", "ready"), []);
});
