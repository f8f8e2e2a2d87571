/** Faults that somebody could make in the core, each a small change of its text; `tests/mutants.ts` says which tests see them. */

/** A fault: in one file, a text that stands there once becomes another. */
export interface Mutation {
  /** The file, then the rule that is broken. */
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

type Change = readonly [rule: string, from: string, to: string];

/** All of them, by the files that they are in. */
export const MUTATIONS: readonly Mutation[] = [
  ...inFile("restart_policy", [
    [
      "always spares success",
      `if (policy === "always") return`,
      `if (policy === "always" && !success) return`,
    ],
    ["on-failure restarts success", `"on-failure" && !success`, `"on-failure" && success`],
    ["never restarts failure", `policy === "on-failure" && !success`, `policy !== "always" && !success`],
    ["a daemon completes", `return success && !daemon ?`, `return success ?`],
  ]),
  ...inFile("exit", [
    [
      "other success codes are ignored",
      `return spec.successExitCodes.includes(exit.code);`,
      `return exit.code === 0;`,
    ],
    ["success signals are ignored", `return spec.successSignals.includes(exit.signal);`, `return false;`],
  ]),
  ...inFile("strategy", [
    ["rest_for_one takes nobody along", `return children.slice(failed + 1);`, `return [];`],
    [
      "rest_for_one takes all along",
      `return children.slice(failed + 1);`,
      `return children.toSpliced(failed, 1);`,
    ],
    [
      "rest_for_one takes the earlier ones",
      `return children.slice(failed + 1);`,
      `return children.slice(0, failed);`,
    ],
    [
      "one_for_all spares the earlier ones",
      `return children.toSpliced(failed, 1);`,
      `return children.slice(failed + 1);`,
    ],
  ]),
  ...inFile("ending", [
    ["a temporary companion comes back", `turn.spec(id).restart === "never";`, `false;`],
    [
      "a child restarts in a teardown",
      `if (turn.tree(supervisor).phase.at !== "up") return { to: "stopped", why: "tree" };`,
      ``,
    ],
    ["delays do not grow", `streak: streak + 1,`, `streak: 1,`],
    [
      "failed starts are counted on after a start",
      `ending.readySince === null ? node.failedStarts + 1 : 0`,
      `node.failedStarts + 1`,
    ],
    [
      "fail_child tears the supervisor down",
      `if (isCountedByItself(turn, id)) {
    turn.record(id, "gave_up"`,
      `if (false) {
    turn.record(id, "gave_up"`,
    ],
    [
      "a group does not wait for its delay",
      `regroupAt: planned === null || !isOneThere || until > planned ? until : planned`,
      `regroupAt: turn.now`,
    ],
  ]),
  ...inFile("budget", [
    ["the budget of a tree is never spent", `turn.setTree(supervisor, { window });`, ``],
    ["the budget of a child is never spent", `turn.set(id, { ownWindow: window });`, ``],
    [
      "fail_child counts for the whole tree",
      `if (isCountedByItself(turn, id)) {`,
      `if (false) {`,
    ],
    [
      "every tree counts each child by itself",
      `return turn.treeSpec(turn.spec(id).parent!).onFailure === "fail_child";`,
      `return turn.spec(id).parent !== null;`,
    ],
    [
      "the intensity of an actor is ignored",
      `spec.kind !== "tree" && isCountedByItself(turn, id) ? spec.intensity : null`,
      `null`,
    ],
    [
      "the intensity of an actor counts in every tree",
      `spec.kind !== "tree" && isCountedByItself(turn, id) ?`,
      `spec.kind !== "tree" ?`,
    ],
  ]),
  ...inFile("forget_failures", [
    ["a reset forgets no counts", `turn.set(id, { ...NO_FAILURES, restarts: 0 });`, ``],
    [
      "a reset leaves the budget of a tree",
      `if (turn.node(id).kind === "tree") turn.setTree(id, { window: EMPTY_WINDOW });`,
      ``,
    ],
    ["a reset leaves what has failed", `    case "failed":\n`, ``],
    ["a reset leaves what is delayed", `    case "backing_off":\n`, ``],
    ["a reset leaves a group its delay", `turn.setTree(parent, { regroupAt: turn.now });`, `{}`],
    [
      "a reset starts in trees that are down",
      `if (parent === null || turn.tree(parent).phase.at !== "up") return false;`,
      `if (parent === null) return false;`,
    ],
    ["a reset is for the named nodes alone", `turn.subtree(node)`, `turn.place(node)`],
  ]),
  ...inFile("rolling", [
    [
      "two replicas have their turn at once",
      `if (busyUntil.length > 0) return waiting(`,
      `if (busyUntil.length > 1) return waiting(`,
    ],
    [
      "it goes on after a failure",
      `if (failed !== undefined) return halt(turn, rollout, present, failed.halt);`,
      ``,
    ],
    [
      "the last that is ready has its turn",
      `isReady(turn, next.id) ? mayLeave(turn, next.id) : turn.now;`,
      `turn.now;`,
    ],
    [
      "one that is called off goes on",
      `turn.rollouts.filter((rollout) => !rollouts.includes(rollout))`,
      `turn.rollouts`,
    ],
    [
      "nobody is told that it was called off",
      `for (const rollout of rollouts) halt(turn, rollout,`,
      `for (const rollout of []) halt(turn, rollout,`,
    ],
    ["it is over after the first actor", `      members = rest;\n`, `      members = [];\n`],
    [
      "a replica need not last",
      `return until > turn.now ? { is: "busy", until } : DONE;`,
      `return DONE;`,
    ],
    [
      "one that was stopped meanwhile is started",
      `phase.at === "inactive" || phase.at === "scheduled" || (phase.at === "stopped" && phase.why === "request")`,
      `phase.at === "scheduled"`,
    ],
    ["what is not ready waits", `isReady(turn, member.id) ? member : begin(turn, member, cause)`, `member`],
    ["a later supervisor begins it anew", `isBegun: true };`, `isBegun: false };`],
    ["another run is not needed", `const isNew = node.starts > starts;`, `const isNew = true;`],
    [
      "a leaving replica is another one",
      `node.phase.at === "running" && node.doom === null;
}

function groupOf`,
      `node.phase.at === "running";
}

function groupOf`,
    ],
  ]),
  ...inFile("health", [
    [
      "a question is asked twice at once",
      `isAsked: true, dueAt: NEVER`,
      `isAsked: true, dueAt: after(turn.now, 50)`,
    ],
    ["a late answer counts", `!phase.health.isAsked || attempt !== phase.attempt`, `!phase.health.isAsked`],
    [
      "an answer counts twice",
      `const asked = { ...phase.health, isAsked: false };`,
      `const asked = { ...phase.health };`,
    ],
    [
      "an answer counts while a crash is held",
      `if (hold !== null) return setHealth`,
      `if (hold === undefined) return setHealth`,
    ],
    ["checks come without a pause", `dueAt: after(now, intervalMs) };`, `dueAt: now };`],
    ["one failure more is let pass", `if (failures < retries ||`, `if (failures <= retries ||`],
    [
      "failures need not be in a row",
      `healthy: true, failures: 0, lastError: null`,
      `healthy: true, lastError: null`,
    ],
    ["failures of the start period count", `const failures = isEarly ? 0 :`, `const failures =`],
    [
      "the start period counts the time of a held crash",
      `startPeriodMs + heldMs)`,
      `startPeriodMs)`,
    ],
    ["what is to stop is failed by its checks", `|| turn.actor(id).doom !== null) setHealth`, `) setHealth`],
    [
      "a word does not begin a watchdog anew",
      `succeed(turn, id, phase, { ...phase.health, dueAt });`,
      `succeed(turn, id, phase, { ...phase.health });`,
    ],
    [
      "a broken one is believed while its crash is held",
      `|| phase.hold !== null || phase.health.watchdogMs === null || doom`,
      `|| phase.health.watchdogMs === null || doom`,
    ],
    [
      "a broken one that is to stop is ended at once",
      `=== null || doom !== null) return;`,
      `=== null) return;`,
    ],
    [
      "a watchdog keeps its old time",
      `watchdogMs: ms, dueAt });`,
      `dueAt });`,
    ],
    [
      "what is only told of is restarted",
      `if (phase.spec.health!.onFailure === "restart") failAlive`,
      `failAlive`,
    ],
    ["nothing unhealthy is restarted", `onFailure === "restart"`, `onFailure === undefined`],
    ["what is told is told again", `const isNews = health.healthy !== false;`, `const isNews = true;`],
    [
      "another plan leaves what was known",
      `beginHealth(phase.spec.health, phase.word, runTime(phase, turn.now));`,
      `phase.health;`,
    ],
  ]),
  ...inFile("run_health", [
    ["a watchdog bites at once", `isAskedFor ? now : silentUntil(watchdogMs, now)`, `now`],
    [
      "the first check waits",
      `isAskedFor ? now : silentUntil`,
      `isAskedFor ? after(now, health.intervalMs) : silentUntil`,
    ],
    [
      "what is said of a watchdog in the start is lost",
      `isAskedFor || word.watchdog === null`,
      `isAskedFor || true`,
    ],
    ["what is to stop is checked", `run.health === null || isToStop ?`, `run.health === null ?`],
  ]),
  ...inFile("run_time", [
    [
      "the clock of a run goes on while it is held",
      `after(hold?.since ?? now, -heldMs)`,
      `after(now, -heldMs)`,
    ],
    [
      "the clock of a run counts what was held",
      `return hold === null ? after(due, heldMs) : NEVER;`,
      `return hold === null ? due : NEVER;`,
    ],
    [
      "limits pass while a run is held",
      `return hold === null ? after(due, heldMs) : NEVER;`,
      `return after(due, heldMs);`,
    ],
  ]),
  ...inFile("told", [
    [
      "a stop is put off beyond the bound of its tree",
      `earliest(ladder.deadline, after(ladder.askedAt, shutdownMs))`,
      `after(ladder.askedAt, shutdownMs)`,
    ],
    [
      "a stop has no more time",
      `turn.setActor(id, { phase: { ...phase, ladder: { ...ladder, killAt } } });`,
      `turn.actor(id);`,
    ],
    [
      "more time makes a stop shorter",
      `latest(ladder.killAt, earliest(`,
      `earliest(ladder.killAt, earliest(`,
    ],
    ["a start has no more time", `extendedTo: after(runTime(phase, turn.now), ms)`, `extendedTo: null`],
    [
      "more time counts the time of a held crash",
      `after(runTime(phase, turn.now), ms)`,
      `after(turn.now, ms)`,
    ],
    ["a watchdog has no other time", `return onWatchdogChanged(turn, id, told.ms);`, `return;`],
    [
      "another main process is passed over",
      `if (phase.at === "running") turn.setActor(id, { phase: { ...phase, pid } });`,
      ``,
    ],
  ]),
  ...inFile("watching", [
    ["files are acted upon at once", `earliest(after(turn.now, watch.debounceMs), `, `earliest(turn.now, `],
    ["a crowd that does not end is waited out", `after(since, MOST_DEBOUNCES * watch.debounceMs)`, `NEVER`],
    [
      "a crowd begins anew with each change",
      `const since = before?.since ?? turn.now;`,
      `const since = turn.now;`,
    ],
    [
      "changes stay and are acted upon again",
      `turn.setActor(id, { filesChanged: null });`,
      `if (turn.holding !== null) turn.setActor(id, { filesChanged: null });`,
    ],
    [
      "a signal restarts",
      `if (signal === null) return restart(turn, node, cause);`,
      `return restart(turn, node, cause);`,
    ],
    ["a restart by files counts failures before", `turn.set(id, NO_FAILURES);`, `turn.set(id, {});`],
    ["what has ended stays so whatever is changed", `if (isDown) bringUp(`, `if (false) bringUp(`],
    [
      "what has failed takes no notice",
      `    case "failed":\n    case "completed":\n      return true;`,
      `    case "completed":\n      return true;`,
    ],
    ["what is to stop takes notice", `return doom === null;`, `return true;`],
    [
      "what goes down with its tree takes notice",
      `if (turn.tree(turn.spec(id).parent!).phase.at !== "up") return false;`,
      ``,
    ],
    [
      "what does not take notice any more is restarted",
      `if (watch === null || !takesNotice(turn, node)) return;`,
      `if (watch === null) return;`,
    ],
  ]),
  ...inFile("endless", [
    ["nothing is endless", `if (failedStarts <= MOST_UNSETTLED) return false;`, `return false;`],
    ["nothing is stuck", `const pending = [...restless];`, `const pending = [];`],
  ]),
  ...inFile("backoff", [
    ["the first restart waits", `if (streak === 0) return 0;`, ``],
    ["delays grow a step too far", `spec.factor ** (streak - 1)`, `spec.factor ** streak`],
    ["jitter only adds", `spec.jitter * (2 * chance - 1)`, `spec.jitter * 2 * (1 + chance)`],
    [
      "jitter passes the maximum",
      `Math.round(Math.min(spec.maxMs, plain * (1 + spec.jitter * (2 * chance - 1))))`,
      `Math.round(plain * (1 + spec.jitter * (2 * chance - 1)))`,
    ],
    ["a good run resets nothing", `return readyForMs >= spec.resetAfterMs ? 0 : streak;`, `return streak;`],
    ["every run resets", `return readyForMs >= spec.resetAfterMs ? 0 : streak;`, `return 0;`],
  ]),
  ...inFile("restart_window", [
    [
      "unlimited has a limit",
      `if (spec === "unlimited") return { granted: true, window: EMPTY_WINDOW, left: null };`,
      `if (spec === "unlimited") spec = { restarts: 5, withinMs: 30_000 };`,
    ],
    [
      "one restart too many",
      `if (recent.length >= spec.restarts) return`,
      `if (recent.length > spec.restarts) return`,
    ],
    [
      "restarts count for ever",
      `while (old < at.length && now - at[old]! > spec.withinMs) old += 1;`,
      ``,
    ],
    ["only the last restart counts", `recent.push(now);`, `recent.splice(0, recent.length, now);`],
  ]),
  ...inFile("stop_order", [
    [
      "everybody may stop at once",
      `const { ancestors, stopsEarly } = turn.place(id);`,
      `return true; const { ancestors, stopsEarly } = turn.place(id);`,
    ],
    [
      "dependents of trees are not waited for",
      `for (const needed of [id, ...ancestors])`,
      `for (const needed of [id])`,
    ],
    ["one-shots wait for each other", `if (stopsEarly) return true;`, ``],
    [
      "daemons are not last",
      `return teardown === undefined || turn.books.count(teardown).leavingEarly === 0;`,
      `return true;`,
    ],
    ["daemons are last in the inner tree alone", `ancestors.findLast(`, `ancestors.find(`],
  ]),
  ...inFile("topology", [
    ["a one-shot that a daemon needs stops early", `!node.daemon && !neededByDaemon.has(at)`, `!node.daemon`],
    [
      "nobody leaves time to those after it",
      `early[at] ? first[at]! + longestLate : Math.max(1, late[at]!)`,
      `1`,
    ],
    ["no tree is sequential", `above.spec.start === "sequential"`, `false`],
    [
      "all children are counted as significant",
      `spec.children.filter(isSignificant).length`,
      `spec.children.length`,
    ],
    [
      "trees have no dependents",
      `for (const { on } of dependsOn) dependents[`,
      `for (const { on } of dependsOn) if (nodes[index.get(on)!]!.kind !== "tree") dependents[`,
    ],
  ]),
  ...inFile("start_order", [
    ["what is to come is not waited for", `(!lacks(turn, id) &&`, `(true &&`],
    ["what is to come loses its turn", ` && !isBehindOne(turn, supervisor, id);`, `;`],
    [
      "a sequential tree starts all at once",
      `return turn.books.firstChild(supervisor, "unsettled") === id && !isBehindOne(turn, supervisor, id);`,
      `return true;`,
    ],
    [
      "concurrency is ignored",
      `return concurrency === null || turn.books.hasRoom(supervisor, concurrency);`,
      `return true;`,
    ],
    ["dependencies are ignored", `const isMet = skips ||`, `const isMet = true ||`],
    ["a failed dependency is waited for", `if (blocked !== null) return { on: blocked };`, ``],
    ["a start without dependencies waits", `return node.kind === "actor" && node.skipDeps;`, `return false;`],
    [
      "a child starts in a tree that is not at work",
      `if (turn.tree(parent!).phase.at !== "up") return "wait";`,
      ``,
    ],
  ]),
  ...inFile("dependencies", [
    [
      "what has completed is not ready",
      `if (phase.at === "completed") return "met";`,
      `if (phase.at === "completed") return condition === "ready" ? "pending" : "met";`,
    ],
    [
      "a failed one has not exited",
      `return condition === "exited" ? "met" : "impossible";`,
      `return "impossible";`,
    ],
    ["a failed one will do", `return condition === "exited" ? "met" : "impossible";`, `return "met";`],
    ["an end that a sibling caused is none", `(phase.at === "stopped" && phase.why === "strategy")`, `false`],
    ["started is always met", `return hasStarted(target) ? "met" : "pending";`, `return "met";`],
    [
      "started is as good as ready",
      `if (phase.at === "running") return "met";`,
      `if (phase.at !== "up" && hasStarted(target)) return "met";`,
    ],
    ["a tree at work is ready", `return tree.ready ? "met" :`, `return true ? "met" :`],
    ["a tree with a failed child is waited for", `tree.spoilt ? "impossible" : "pending"`, `"pending"`],
    [
      "a spawn under way has started",
      `(phase.at === "starting" && phase.pid !== null)`,
      `phase.at === "starting"`,
    ],
  ]),
  ...inFile("actor_stop", [
    ["the grace is doubled", `killAt: after(turn.now, graceMs)`, `killAt: after(turn.now, 2 * graceMs)`],
    ["there is no grace", `killAt: after(turn.now, graceMs)`, `killAt: turn.now`],
    [
      "what is left has no end of grace",
      `after(turn.now, Math.min(spec.stop.graceMs, leftMs))`,
      `after(turn.now, leftMs)`,
    ],
    [
      "the first in a chain takes all the time",
      `turn.untilStop(doom.deadline) / turn.place(id).roundsLeft`,
      `turn.untilStop(doom.deadline)`,
    ],
    [
      "survivors are not told",
      `return giveUp(turn, id, { kind: "survivors", processes: rest.processes });`,
      `return climbDown(turn, id, "cleared");`,
    ],
    [
      "a start that cannot work is tried again",
      `event.isFinal ? { to: "failed", reason } :`,
      `false ? { to: "failed", reason } :`,
    ],
    [
      "a one-shot that finishes before its turn was stopped",
      `return finished ? { to: "completed" } : doom.then;`,
      `return doom.then;`,
    ],
  ]),
  ...inFile("appointment", [
    ["a missed date is run", `isMissed: true }`, `isMissed: false }`],
    [
      "a date is repeated when the clock is put back",
      `const SET_BACK_MS = 3 * 3_600_000;`,
      `const SET_BACK_MS = 0;`,
    ],
    ["a clock that was wrong is believed", `date < appointment.seen - SET_BACK_MS`, `date < 0`],
    [
      "a jump of the date is never noticed",
      `export const LOOK_EVERY_MS = 30_000;`,
      `export const LOOK_EVERY_MS = Infinity;`,
    ],
    ["what was missed is waited for", `if (known > calendar.date) return`, `if (known > 0) return`],
    ["what may be missed is made up for", `catchUp && kept !== undefined`, `kept !== undefined`],
    ["another date is made up for", ` && isSameData(kept.timing, timing) ?`, ` ?`],
    ["an interval begins anew", `Math.min(known - calendar.date, everyMs)`, `everyMs`],
    ["an interval falls out of step", `after(now, everyMs - lateMs)`, `after(now, everyMs)`],
  ]),
  ...inFile("kept_dates", [
    [
      "the end of a tree forgets its dates",
      `phase.at !== "up") return before;`,
      `phase.at !== "up") return new Map();`,
    ],
    [
      "what is out of service by hand is made up for",
      `isOutByHand(state, place.ancestors) ? undefined : before`,
      `before`,
    ],
    [
      "what has yet to come into service is forgotten",
      `isOutByHand(state, place.ancestors) ? undefined : before`,
      `undefined`,
    ],
  ]),
  ...inFile("schedule", [
    ["a run is due while the tree goes down", `turn.tree(spec.parent!).phase.at !== "up"`, `false`],
    [
      "a stop by hand leaves the schedule",
      `then?.to === "stopped" && then.why !== "strategy"`,
      `then?.to === "completed"`,
    ],
    ["a missed date is always made up for", `due.isMissed && !catchUp`, `due.isMissed && catchUp`],
    [
      "what waits is overtaken by the next date",
      `at === "waiting" || at === "regrouping" ||`,
      `at === "regrouping" ||`,
    ],
  ]),
  ...inFile("conclude", [
    ["a run that is owed is forgotten", `if (isOwed) return`, `if (isOwed && last === null) return`],
    [
      "what left survivors is run again",
      `kind === "survivors" || kind === "unseen" ?`,
      `kind === "unseen" ?`,
    ],
  ]),
  ...inFile("start_ladder", [
    [
      "nothing comes before a spawn",
      `hooks?.commands.pre_start === undefined ? "spawn"`,
      `hooks !== undefined ? "spawn"`,
    ],
    [
      "post_start is left out",
      `done === "spawn" && hooks?.commands.post_start !== undefined`,
      `done === null && hooks !== null`,
    ],
  ]),
  ...inFile("stop_ladder", [
    ["post_stop is left out", `if (postStopMs === null) return`, `if (postStopMs !== 0) return`],
    [
      "post_stop outlasts its tree",
      `earliest(after(now, postStopMs), latest(deadline, now))`,
      `after(now, postStopMs)`,
    ],
    ["a post_stop that hangs is never ended", `effects: ["end_hook"] };`, `effects: [] };`],
    [
      "the signal waits for no pre_stop",
      `return ladder.rung === "pre_stop" ? firstRung(ladder, stop, now) : { ladder, effects: [] };`,
      `return { ladder, effects: [] };`,
    ],
    [
      "SIGKILL never comes",
      `if (now < ladder.killAt) {`,
      `if (now < ladder.killAt || ladder.rung === "signal") {`,
    ],
    [
      "nothing hurries a stop",
      `if (ladder.rung === "kill" || at >= ladder.killAt) return at >= ladder.deadline ? ladder : bounded;`,
      `return ladder;`,
    ],
    [
      "a stop is put off",
      `if (ladder.rung === "kill" || at >= ladder.killAt)`,
      `if (ladder.rung === "kill")`,
    ],
    ["a cancel has all the grace", `CANCEL_SHARE = 0.6`, `CANCEL_SHARE = 1`],
    [
      "survivors are waited for too long",
      `giveUpAt: after(now, KILL_PATIENCE_MS),`,
      `giveUpAt: after(now, 10 * KILL_PATIENCE_MS),`,
    ],
    ["what is to be left is ended", `[stop.kill === "tree" ? "end_rest" : "leave_rest"]`, `["end_rest"]`],
    ["the stop command is passed over", `return stop.command === null`, `return true`],
  ]),
  ...inFile("stopping", [
    ["what went down with its tree cannot be stopped", `if (isNews) conclude(turn, id, then, cause);`, ``],
    [
      "a teardown has no bound of its own",
      `const bound = earliest(deadline, after(turn.stopTime, turn.treeSpec(id).shutdownMs));`,
      `const bound = deadline;`,
    ],
    [
      "a teardown ignores the bound of its parent",
      `const bound = earliest(deadline, after(turn.stopTime, turn.treeSpec(id).shutdownMs));`,
      `const bound = after(turn.stopTime, turn.treeSpec(id).shutdownMs);`,
    ],
    ["a restart does not overtake a stop", `if (wanted.to === "waiting") return wanted;`, ``],
    [
      "any stop overtakes an end for good",
      `return isFinal && !overtakes ? decided : wanted;`,
      `return wanted;`,
    ],
    [
      "a stop by hand is lost in a teardown",
      `decided.to === "stopped" && wanted.to === "stopped" && decided.why === "tree"`,
      `false`,
    ],
    ["a request does not overtake a failed tree", `decided.result.ok && wanted.to !== "waiting"`, `true`],
    [
      "the later deadline counts",
      `deadline: earliest(deadline, actor.doom?.deadline ?? deadline)`,
      `deadline`,
    ],
  ]),
  ...inFile("tree_end", [
    ["a significant child ends nothing", `? decisive > 0`, `? false`],
    [
      "one of all significant ones is enough",
      `decisive > 0 && decisive === turn.place(tree).significant`,
      `decisive > 0`,
    ],
    ["a tree in which all has ended goes on", `return started > 0 && started === ended ?`, `return false ?`],
    ["a tree never fails by a child", `return failed === undefined`, `return true`],
    ["the first end decides that of a tree", `cause: inOrder.at(-1)!.cause`, `cause: inOrder[0]!.cause`],
  ]),
  ...inFile("tally", [
    ["every child is significant", `Number(isEnded && spec.significant)`, `Number(isEnded)`],
    ["nobody is waited for by a group", `leavingGroup: Number(isLeavingGroup(node))`, `leavingGroup: 0`],
  ]),
  ...inFile("state", [
    [
      "a child that was stopped by hand has ended for good",
      `(phase.at === "stopped" && phase.why === "strategy")`,
      `phase.at === "stopped"`,
    ],
  ]),
  ...inFile("tree", [
    [
      "children keep their failures when their tree starts",
      `phase, cause, ...NO_FAILURES }`,
      `phase, cause }`,
    ],
    [
      "a whole that has given up has failed",
      `const isGivingUp = rootCause(turn, reason).reason.kind`,
      `const isGivingUp = reason.kind`,
    ],
    [
      "a restarted tree starts what was stopped by hand",
      `if (child.phase.at === "stopped" && child.phase.why === "request") return;`,
      ``,
    ],
    ["autostart is ignored", `!isAsked && !turn.spec(id).autostart`, `false`],
    ["a restarted tree has its old budget", `window: EMPTY_WINDOW,`, `window: tree.window,`],
    [
      "a tree that is to stay failed is restarted",
      `const givesUp = reason.kind === "gave_up" &&`,
      `const givesUp = false &&`,
    ],
    ["a group starts before all have stopped", `if (turn.books.tally(id).leavingGroup > 0) return;`, ``],
    ["a tree ends before its children", `turn.books.tally(id).alive === 0`, `turn.books.tally(id).alive < 2`],
  ]),
  ...inFile("conclude", [
    ["children wait for a tree that is over", `if (isFinal(then)) giveUpWaiting(turn, id, entry);`, ``],
    ["there is no backoff", `return then.until <= turn.now`, `return true`],
  ]),
  ...inFile("actor_start", [
    [
      "probes are not waited for",
      `if (ready === null) becomeReady(turn, id);`,
      `if (ready?.probe.type !== "delay") becomeReady(turn, id);`,
    ],
    ["dependencies are passed over for ever", `starts + 1, skipDeps: false`, `starts + 1`],
  ]),
  ...inFile("actor", [
    [
      "a start may take any time",
      `if (phase.at === "running" || now < startBy(phase)) return null;`,
      `return null;`,
    ],
    ["a backoff takes a moment longer", `if (turn.now >= phase.until)`, `if (turn.now > phase.until)`],
  ]),
  ...inFile("deadlines", [
    ["a run may take any time", `return runTimeoutMs === null ? NEVER :`, `return true ? NEVER :`],
    ["a start counts before its process is made", `if (!isMade) return NEVER;`, ``],
    [
      "a run has no more time than it had",
      `extendedTo === null ? limit : latest(limit, extendedTo)`,
      `limit`,
    ],
  ]),
  ...inFile("hold", [
    [
      "a hold does not put off deadlines",
      `if (holding !== null) postpone(turn, turn.now - holding.since);`,
      ``,
    ],
    ["any crash is offered next", `other.crash.id < one.crash.id ? other : one`, `one`],
  ]),
  ...inFile("settle", [
    [
      "a held run is stopped",
      `if (doom !== null && !isHeld && mayStop(turn, id))`,
      `if (doom !== null && mayStop(turn, id))`,
    ],
    ["what is waited for is not started", `return pullIn(turn, id);`, `return;`],
    ["what a dependency has failed stays so", `return tryRevive(turn, id);`, `return;`],
  ]),
  ...inFile("bring_up", [
    ["no-deps is for the next start of what runs", `if (!goesOn) turn.setActor`, `turn.setActor`],
    ["a start keeps what is outdated", `return isOutdated || goesDownWithTree`, `return goesDownWithTree`],
    [
      "a start keeps a run in a tree that goes down",
      `return isOutdated || goesDownWithTree`,
      `return isOutdated`,
    ],
    [
      "a start by hand counts earlier failures",
      `turn.set(id, NO_FAILURES);\n      if (!isNamed`,
      `if (!isNamed`,
    ],
    [
      "a tree that is started runs what has a schedule",
      `if (!isNamed && hasSchedule(turn.spec(id))) return`,
      `if (isNamed && hasSchedule(turn.spec(id))) return`,
    ],
    [
      "dependencies are not started by hand",
      `} = options.startDependencies`,
      `} = false`,
    ],
    [
      "all siblings start along",
      `for (const child of turn.treeSpec(tree).children) keepDown(turn, child, cause);`,
      ``,
    ],
    [
      "a start does not take a stop back",
      `if (doom !== null && isByHand(doom)) turn.setActor(id, { doom: takenBack(turn, id, doom), cause });`,
      ``,
    ],
    [
      "a dependency that has completed runs again",
      `if (!named.has(id) && turn.node(id).phase.at === "completed") continue;`,
      ``,
    ],
  ]),
  ...inFile("requests", [
    [
      "a signal is for what is named alone",
      `const within = withAllBelow(turn, nodes);`,
      `const within = new Set(nodes);`,
    ],
    [
      "a command runs beside what has no process",
      `if (!isThere || nodes.length === 0) return refuse`,
      `if (nodes.length === 0) return refuse`,
    ],
    ["a stop leaves no-deps for a later start", `turn.setActor(id, { skipDeps: false });`, `turn.node(id);`],
    ["something starts in a teardown", `if (leaving === undefined) return false;`, `return false;`],
    ["a down has no limit of its own", `const deadline = withinMs === null ?`, `const deadline = true ?`],
    [
      "a down is not refused while a crash is held",
      `if (crash === null || withinMs === 0`,
      `if (crash !== null || withinMs === 0`,
    ],
    ["a forced down lets nothing go", `if (withinMs === 0) letAllGo(turn);`, ``],
    [
      "a cut passes over those whose turn comes later",
      `turn.setActor(id, { doom: { ...doom, deadline: at }, cause });`,
      ``,
    ],
  ]),
  ...inFile("replan", [
    ["what was mended is held to have failed before", `turn.set(id, NO_FAILURES);`, `turn.set(id, {});`],
    [
      "what is removed goes on",
      `for (const id of leaving) stopNode(turn, id, { to: "stopped", why: "removed" }, NEVER, cause);`,
      ``,
    ],
    [
      "a rolling plan restarts all replicas at once",
      `const rolled = rolling\n    ?`,
      `const rolled = !rolling\n    ?`,
    ],
    ["a rolling plan undoes a stop by hand", ` && thenOf(turn.node(id))?.to !== "stopped")`, `)`],
    ["another health is not asked for", `isSameData(before.phase.spec.health, phase.spec.health)`, `true`],
    ["what is another process goes on", `if (!rolled.includes(id)) startAnew(turn, id, cause);`, ``],
    [
      "a new process undoes a stop by hand",
      `if (phase.at === "stopping" || doom !== null) return;`,
      `if (phase.at === "stopping") return;`,
    ],
    ["what leaves is forgotten at once", `|| turn.books.left > 0) return false;`, `) return false;`],
  ]),
  ...inFile("planned_changes", [
    ["a tree that has ended stays so whatever is mended", `mended.add(tree.path);`, `mended.size;`],
    ["rules alone start a failed tree", `return action !== "change" && action !== "refuse";`, `return true;`],
    [
      "a tree that backs off waits though it is mended",
      `["failed", "backing_off", "completed"]`,
      `["failed", "completed"]`,
    ],
    [
      "a tree that is done starts for what is removed",
      `if (isMend) mended`,
      `if (isMend || change.action === "remove") mended`,
    ],
  ]),
  ...inFile("with_plan", [
    ["a run goes on by its old spec", `return { ...actor, phase: { ...phase, spec } };`, `return actor;`],
    ["what comes back stays removed", `|| isRemoved(known)`, ``],
    [
      "what is new is not started",
      `if (!spec.autostart || tree?.phase.at !== "up") return node;`,
      `return node;`,
    ],
    [
      "what leaves keeps all dependencies",
      `spec.dependsOn.filter(({ on }) => leavesWith(on, place))`,
      `spec.dependsOn`,
    ],
  ]),
  ...inFile("resume", [
    [
      "a later supervisor starts what is done for what stays down",
      `(runs && between.every((tree) => startsAlong(turn, tree)))`,
      `runs`,
    ],
    ["a later supervisor runs what comes at its date", `if (ended === id) return runs ? ended : null;`, ``],
    [
      "what has ended stays so though it is another by now",
      `if (id !== null) revive(turn, id, cause);`,
      ``,
    ],
    [
      "what somebody has stopped is run because it is another by now",
      `if (phase.at === "stopped" && phase.why === "request") return null;`,
      ``,
    ],
    ["what has no turn yet is stopped by a later supervisor", `&& !isToRoll(turn, id), cause);`, `, cause);`],
    [
      "a tree stays failed though something in it is another",
      `[id, ...ancestors].findLast(`,
      `[id].findLast(`,
    ],
    ["a stop is not gone on with", `else if (phase.at === "stopping") resumeStop(turn, id);`, ``],
    [
      "a run that is unknown goes on",
      `if (pid === undefined) forget(turn, id, cause);`,
      `if (pid === undefined) adopt(turn, id, phase.run, 0, false);`,
    ],
    ["what is another process is only adopted", `if (isOutdated) startAnew(turn, id, cause);`, ``],
    ["an end is told twice", `const isOver = lastExit?.run === run;`, `const isOver = false;`],
  ]),
  ...inFile("resumed_state", [
    [
      "a later supervisor believes what was known of health",
      `return { ...node, phase: { ...phase, spec, joined: false, health, hold: null, heldMs } };`,
      `return { ...node, phase: { ...phase, spec, joined: false, hold: null, heldMs } };`,
    ],
    [
      "a run is charged for the time of a held crash",
      `const heldMs = hold === null ? phase.heldMs : phase.heldMs + now - hold.since;`,
      `const heldMs = phase.heldMs;`,
    ],
    [
      "deadlines count the time of a held crash",
      `    ...saved.figures,`,
      `    ...saved.figures,\n    holding: null,`,
    ],
    [
      "a start has only the rest of its time",
      `const heldMs = now - phase.since;`,
      `const { heldMs } = phase;`,
    ],
    ["a tree that came down goes on", `if (saved.nodes.get(ROOT)?.phase.at !== "up") return null;`, ``],
  ]),
  ...inFile("bookkeeper", [
    ["dependents are not settled again", `if (!looksSame(before, node)) this.#settleDependents(place);`, ``],
    [
      "daemons are not told that their turn has come",
      `if (isUnblocked || isTurnOfDaemons)`,
      `if (isUnblocked)`,
    ],
    ["one-shots that leave are not counted", `leavingEarly: count.leavingEarly + early,`, ``],
    [
      "those who leave are counted for one tree alone",
      `for (const id of place.ancestors) {\n      const above = this.#place(id);`,
      `for (const id of place.ancestors.slice(0, 1)) {\n      const above = this.#place(id);`,
    ],
    [
      "room for another start is not seen",
      `if (is.starting < was.starting) this.#settleFirst(place.id, "queued");`,
      ``,
    ],
    [
      "the next in a sequence is not called",
      `if (!isUnsettled) this.#settleFirst(place.spec.parent!, "unsettled");`,
      ``,
    ],
    ["what leaves is not counted", `if (place.isLeaving) this.#left +=`, `if (false) this.#left +=`],
  ]),
  ...inFile("count", [
    [
      "a failed child does not spoil its tree",
      `{ unready: 1, spoilt: 1, pending: 0, starting: 0 }`,
      `{ unready: 1, spoilt: 0, pending: 0, starting: 0 }`,
    ],
    ["a sequence waits for a tree that is spoilt", `return tree.ready || tree.spoilt;`, `return tree.ready;`],
  ]),
  ...inFile("goals", [
    ["answers come early", `const isOpen = judged.left.open > 0 ||`, `const isOpen =`],
    [
      "what is about to stop is ready",
      `const stays = node.kind === "actor" && node.doom === null;`,
      `const stays = true;`,
    ],
    ["survivors have stopped", `["survivors", "unseen"].includes(node.phase.reason.kind) ?`, `false ?`],
    ["a daemon is ready at once", `SETTLE_MS = 100`, `SETTLE_MS = 0`],
  ]),
  ...inFile("step", [
    [
      "a hold does not stop the clock of stops",
      `holding === null ? stopDue.least : NEVER`,
      `stopDue.least`,
    ],
  ]),
];

function inFile(file: string, changes: readonly Change[]): readonly Mutation[] {
  return changes.map(([rule, from, to]) => ({
    name: `${file}: ${rule}`,
    file: `lib/supervision/${file}.ts`,
    from,
    to,
  }));
}

/** The text of a file with the fault; throws if what it changes does not stand there once. */
export function mutated({ name, file, from, to }: Mutation, text: string): string {
  const found = text.split(from).length - 1;
  if (found !== 1) throw new Error(`${name}: ${JSON.stringify(from)} stands ${found} times in ${file}`);
  return text.replace(from, () => to);
}
