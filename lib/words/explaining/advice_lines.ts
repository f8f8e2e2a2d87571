/** The commands that help, in sentences for people. */
import { nameSome } from "../../base/name_some.ts";
import { ROOT } from "../../config/plan.ts";
import type { Explanation } from "../../explanation/explanation.ts";
import { rootsOf } from "../../explanation/waits.ts";
import type { Exit } from "../../supervision/exit.ts";
import type { FailReason } from "../../supervision/reason.ts";
import { exitHint } from "./exit_hint.ts";

/** See the module. */
export function adviceLines(explanation: Explanation): readonly string[] {
  if (explanation.kind === "tree") return treeAdvice(explanation);
  const ended = endOf(explanation);
  const hint = ended === null ? null : exitHint(ended, explanation.daemon === true);
  return [...hint === null ? [] : [hint], ...actorAdvice(explanation)];
}

/** The end that its state is about, or that its present run follows on; null for none. */
function endOf(explanation: Explanation): Exit | null {
  const { state, forecast, lastExit } = explanation;
  const reason = reasonOf(explanation);
  if (reason?.kind === "exit" || reason?.kind === "daemon_ended") return reason.exit;
  if (state !== "running" || lastExit === null || forecast?.isAgain !== true) return null;
  // One that it was asked for says nothing of the next.
  const isLikeIt = forecast.failing.how === "exits" && forecast.failing.exit === lastExit.exit;
  return isLikeIt ? lastExit.exit : null;
}

/** The first failure behind its state; null if that is none. */
function reasonOf({ why, root }: Explanation): FailReason | null {
  let reason = root?.reason ?? (why?.kind === "failed" || why?.kind === "backoff" ? why.reason : null);
  while (reason?.kind === "gave_up") reason = reason.last;
  return reason;
}

function actorAdvice(explanation: Explanation): readonly string[] {
  const { path, state, why, waits, root, forecast } = explanation;
  switch (state) {
    case "waiting": {
      const roots = [...new Set(rootsOf(waits).map(({ on }) => on))];
      if (why?.kind === "turn" || roots.length === 0) return [];
      const names = nameSome(roots);
      const isHopeless = rootsOf(waits).some(({ isHopeless }) => isHopeless);
      return [
        isHopeless
          ? `mend ${names} (\`supervise logs ${roots[0]}\`), then \`supervise start ${roots[0]}\``
          : `look at ${names}: \`supervise logs ${roots[0]}\`, \`supervise explain ${roots[0]}\``,
        `\`supervise start --no-deps ${path}\` starts it without waiting`,
      ];
    }
    case "starting":
      if (why?.kind === "spawn") {
        return why.lack === null
          ? []
          : ["`supervise doctor` shows the limits of this machine, and what is used of them"];
      }
      return [`\`supervise logs ${path}\` shows what it prints`];
    case "backing_off":
      if (reasonOf(explanation)?.kind === "start") {
        return [`when that is mended, \`supervise restart ${path}\` starts it at once`];
      }
      return [
        `\`supervise logs ${path}\` shows why it ended; \`supervise restart ${path}\` starts it at once`,
      ];
    case "failed": {
      const first = root?.node ?? path;
      const reason = reasonOf(explanation);
      if (reason?.kind === "survivors") {
        const pids = (reason.processes ?? []).map(({ pid }) => pid).join(",");
        return [
          `\`ps -o pid,stat,wchan:32,args -p ${pids}\` shows what they wait for; one in state D ends when the kernel lets it`,
          `when they are gone, \`supervise start ${first}\` starts it`,
        ];
      }
      if (reason?.kind === "start") {
        return [`when that is mended, \`supervise reset ${first}\` starts it again`];
      }
      return first === ROOT ? [] : [
        `\`supervise logs ${first}\` shows what it printed; when that is mended, \`supervise reset ${first}\` starts it again`,
      ];
    }
    case "stopped":
      return [`\`supervise start ${path}\``];
    case "inactive":
      return why?.kind === "profile"
        ? [`\`supervise start ${path}\`, or \`supervise up --profile ${why.profiles[0]}\``]
        : [`\`supervise start ${path}\``];
    case "stopping":
      return [`\`supervise signal --tree KILL ${path}\` does not wait any longer`];
    case "running":
      return forecast !== null && why?.kind === "health"
        ? [`\`supervise logs ${path}\`; \`supervise restart ${path}\``]
        : [];
    case "completed":
      return [];
  }
}

/** A tree is mended where it hangs. */
function treeAdvice({ path, state, inside, waits }: Explanation): readonly string[] {
  const first = state === "starting" ? rootsOf(waits)[0]?.on : inside?.troubles[0]?.path;
  if (first !== undefined) return [`\`supervise explain ${first}\`, \`supervise logs ${first}\``];
  return path !== ROOT && (state === "stopped" || state === "failed")
    ? [`\`supervise start ${path}\` starts all in it`]
    : [];
}
