/** What `lib/supervision` does for those alone that hold a crash or are to stop, done by looking at all nodes. */
import { after } from "../../../lib/base/instant.ts";
import { ROOT } from "../../../lib/config/plan.ts";
import type { Turn } from "../../../lib/supervision/turn.ts";
import { hurry } from "../../../lib/supervision/stop_ladder.ts";

/** Offers the next crash when that which was offered is held no more, and lets deadlines count again after the last. */
export function settleHolding(turn: Turn): void {
  const { holding } = turn;
  const held = [...turn.nodes.values()].flatMap(({ id, phase }) =>
    "hold" in phase && phase.hold !== null ? phase.hold.crashes.map((crash) => ({ id, crash })) : []
  );
  if (held.some(({ crash }) => crash.id === holding?.offered)) return;
  if (held.length === 0) {
    turn.holding = null;
    if (holding !== null) postpone(turn, turn.now - holding.since);
    return;
  }
  const next = held.reduce((one, other) => other.crash.id < one.crash.id ? other : one);
  turn.holding = { since: holding?.since ?? turn.now, offered: next.crash.id };
  const { actor, pid, name, report, inspector } = next.crash;
  const data = { actor, pid, function: name, report, inspector };
  turn.setActor(next.id, { cause: turn.record(next.id, "held", turn.actor(next.id).cause, data) });
}

/** Shortens what is left of every grace period and every teardown. */
export function cutGrace(turn: Turn, toMs: number): void {
  const at = after(turn.stopTime, toMs);
  const begun = turn.tree(ROOT).phase.at === "stopping" ? turn.tree(ROOT).cause : null;
  const cause = turn.record(ROOT, "hurried", begun, { withinMs: toMs });
  for (const node of turn.nodes.values()) {
    if (node.kind === "tree") {
      const { phase } = node;
      if (phase.at !== "stopping" || phase.deadline <= at) continue;
      turn.setTree(node.id, { phase: { ...phase, deadline: at } });
    } else if (node.phase.at === "stopping") {
      const ladder = hurry(node.phase.ladder, after(turn.now, toMs), turn.now);
      turn.setActor(node.id, { phase: { ...node.phase, ladder }, cause });
    } else if (node.doom !== null && node.doom.deadline > at) {
      turn.setActor(node.id, { doom: { ...node.doom, deadline: at }, cause });
    }
  }
}

function postpone(turn: Turn, ms: number): void {
  for (const node of turn.nodes.values()) {
    if (node.kind === "tree") {
      const { phase } = node;
      if (phase.at !== "stopping") continue;
      turn.setTree(node.id, { phase: { ...phase, deadline: after(phase.deadline, ms) } });
    } else if (node.doom !== null) {
      turn.setActor(node.id, { doom: { ...node.doom, deadline: after(node.doom.deadline, ms) } });
    }
  }
}
