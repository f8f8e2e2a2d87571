import assert from "node:assert/strict";
import { UserError } from "../../lib/base/user_error.ts";
import { HeldSockets } from "../../lib/engine/run/held_sockets.ts";
import { FakeMachine } from "../../lib/host/fake/fake_machine.ts";
import { VirtualClock } from "../../lib/testing/virtual_clock.ts";
import { planOf } from "../config/compiling.ts";
import { test } from "../harness/test.ts";
import { play } from "./play.ts";

const WEB = `
  [actors.web]
  exec = ["/bin/web"]
  daemon = true
  sockets = ["tcp://127.0.0.1:80", "unix:///srv/shop/web.sock"]
`;

test("sockets: every run of an actor is handed all of them, and its number", async () => {
  const seen: (readonly unknown[])[] = [];
  await play({
    config: WEB,
    programs: {
      async "/bin/web"(self) {
        const { LISTEN_FDS, LISTEN_FDNAMES, LISTEN_PID } = self.env;
        seen.push([LISTEN_FDS, LISTEN_FDNAMES, LISTEN_PID === String(self.pid)]);
        if (seen.length < 3) self.exit(1);
        await self.forever();
      },
    },
    async script({ at, down }) {
      await at(1_000);
      down();
    },
  });
  assert.deepEqual(seen, Array(3).fill(["2", "web:web", true]));
});

test("sockets: an actor without any is told of none", async () => {
  let env: Readonly<Record<string, string>> = {};
  await play({
    config: '[actors.job]\nexec = ["/bin/job"]',
    programs: { "/bin/job": (self) => void (env = self.env) },
  });
  assert.deepEqual(Object.keys(env).filter((name) => name.startsWith("LISTEN_")), []);
});

test("sockets: a probe at an own port does not take the supervisor for a stranger", async () => {
  const played = await play({
    config:
      `${WEB}ready = { http = "http://127.0.0.1:80/", interval = "100ms" }\nstart_timeout = "1s"\nrestart = "never"`,
    programs: { "/bin/web": (self) => self.forever() },
  });
  assert.deepEqual(played.instants("web", "started"), [0]);
  assert.doesNotMatch(JSON.stringify(played.entries), /another process has that port/);
});

test("sockets: if one cannot be had all are let go of, and the error says whose it is", () => {
  const machine = new FakeMachine(new VirtualClock());
  machine.disk.makeFolder("/srv/shop", 0o755);
  machine.disk.write("/srv/shop/web.sock", "a file");
  assert.throws(() => new HeldSockets(machine.host).open(planOf(WEB)), (error: unknown) => {
    assert.ok(error instanceof UserError);
    assert.equal(error.code, "sockets/not-available");
    assert.equal(
      error.message,
      "Cannot listen at unix:///srv/shop/web.sock: there is a file, and it is no socket " +
        '(for "web", /srv/shop/supervise.toml:2)',
    );
    return true;
  });
  machine.host.listening.open({ type: "tcp", host: "127.0.0.1", port: 80 }).close();
});

test("sockets: replicas have those in common that have one address", () => {
  const machine = new FakeMachine(new VirtualClock());
  const plan = planOf(`
    [actors.web]
    exec = ["/bin/web"]
    replicas = 2
    sockets = ["tcp://127.0.0.1:80", "tcp://127.0.0.1:808\${replica}"]
  `);
  const held = new HeldSockets(machine.host);
  held.open(plan);
  const [first, second] = plan.nodes.slice(1).map((node) => node.kind === "tree" ? undefined : held.of(node));
  assert.equal(first!.descriptors[0], second!.descriptors[0]);
  assert.notEqual(first!.descriptors[1], second!.descriptors[1]);
  assert.deepEqual([first!.name, second!.name], ["web", "web"]);
  held.close();
  held.close();
  assert.equal(machine.sockets.listening.size, 0);
});
