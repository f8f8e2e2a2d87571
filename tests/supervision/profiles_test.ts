/** What is for a profile that is not active stays down, with all below it, until somebody starts it by hand. */
import assert from "node:assert/strict";
import { describeWhy } from "../../lib/words/describe_why.ts";
import { SETTLE_MS } from "../../lib/supervision/goals.ts";
import { viewOf } from "../../lib/supervision/view.ts";
import { planOf } from "../harness/plan.ts";
import { test } from "../harness/test.ts";
import { World } from "../harness/world.ts";

/** As the compiler leaves it when no profile is active. */
function shop(): World {
  const gated = { autostart: false, profiles: ["dev"] } as const;
  return new World(planOf({
    children: {
      web: { daemon: true },
      db: { daemon: true, ...gated },
      shell: { daemon: true, ...gated, needs: { db: "ready", tools: "ready" } },
      tools: {
        ...gated,
        children: {
          a: { daemon: true },
          b: { daemon: true },
          extra: { daemon: true, autostart: false, profiles: ["other"] },
          sub: { children: { x: { daemon: true }, y: { daemon: true } } },
          rare: { ...gated, children: { z: { daemon: true } } },
        },
      },
    },
  }));
}

function phases(world: World): string {
  return [...world.state.nodes.values()].slice(1).filter(({ kind }) => kind === "actor")
    .map(({ id, phase }) => `${id} ${phase.at}`).join(", ");
}

function reasonOf(world: World, path: string): string | null {
  const { why } = viewOf(world.state, world.state.nodes.get(world.id(path))!, world.now);
  return why === null ? null : describeWhy(why);
}

const DOWN =
  "tools/a inactive, tools/b inactive, tools/extra inactive, tools/sub/x inactive, tools/sub/y inactive, " +
  "tools/rare/z inactive";

test("profiles: what is for another profile is not started, and nobody waits for it", () => {
  const world = shop();
  world.begin();
  const ready = world.awaitReady("");
  assert.equal(phases(world), `web running, db inactive, shell inactive, ${DOWN}`);
  world.advance(SETTLE_MS);
  assert.deepEqual(world.replies.get(ready)?.ok, true);
});

test("profiles: ps says which profile something is for", () => {
  const world = shop();
  world.begin();
  const cases: [string, string | null][] = [
    ["web", null],
    ["db", 'profile "dev" is not active'],
    ["tools", 'profile "dev" is not active'],
    ["tools/a", 'profile "dev" is not active, which its tree "tools" is for'],
    ["tools/extra", 'profile "other" is not active'],
    ["tools/sub/x", 'profile "dev" is not active, which its tree "tools" is for'],
  ];
  for (const [path, reason] of cases) assert.equal(reasonOf(world, path), reason, path);
});

test("profiles: start brings it up by hand, with what it depends on, trees included", () => {
  const world = shop();
  world.begin();
  const request = world.start(["shell"]);
  world.advance(SETTLE_MS);
  assert.equal(
    phases(world),
    "web running, db running, shell running, tools/a running, tools/b running, tools/extra inactive, " +
      "tools/sub/x running, tools/sub/y running, tools/rare/z inactive",
  );
  assert.equal(world.replies.get(request)?.ok, true);
});

test("profiles: a tree that is started by hand starts what is not for yet another profile", () => {
  const world = shop();
  world.begin();
  const request = world.start(["tools"]);
  world.advance(SETTLE_MS);
  assert.equal(
    phases(world),
    "web running, db inactive, shell inactive, tools/a running, tools/b running, tools/extra inactive, " +
      "tools/sub/x running, tools/sub/y running, tools/rare/z inactive",
  );
  assert.equal(world.replies.get(request)?.ok, true);
  world.stop("tools");
  world.start(["tools/rare"]);
  world.advance(SETTLE_MS);
  assert.equal(world.phase("tools/rare/z"), "running");
  assert.equal(world.phase("tools/a"), "stopped");
});

test("profiles: an actor below a tree that is not started brings up the trees around it, and nothing beside it", () => {
  for (const path of ["tools/a", "tools/sub/x", "tools/rare/z", "tools/extra"]) {
    const world = shop();
    world.begin();
    const request = world.start([path]);
    world.advance(SETTLE_MS);
    const running = phases(world).split(", ").filter((text) => text.endsWith(" running"));
    assert.deepEqual(running, ["web running", `${path} running`]);
    assert.equal(world.replies.get(request)?.ok, true);
  }
});

test("profiles: a plan under which more is started starts it, also when the supervisor is another", () => {
  const plan = (autostart: boolean) =>
    planOf({
      onSupervisorDeath: "survive",
      children: {
        web: { daemon: true },
        db: { daemon: true, autostart, profiles: ["dev"] },
        tools: { autostart, profiles: ["dev"], children: { a: { daemon: true } } },
      },
    });
  for (const goOn of ["replan", "resume"] as const) {
    const world = new World(plan(false));
    world.begin();
    if (goOn === "replan") world.replan(plan(true));
    else world.resume({ plan: plan(true) });
    assert.equal(phases(world), "web running, db running, tools/a running", goOn);
  }
});
