import assert from "node:assert/strict";
import { instant, NEVER } from "../../lib/base/instant.ts";
import type { Stop } from "../../lib/config/plan.ts";
import {
  beginClearing,
  beginStop,
  type Descent,
  hurry,
  type Ladder,
  ladderDeadline,
  type LadderEffect,
  type LadderEvent,
  stepLadder,
} from "../../lib/supervision/stop_ladder.ts";
import { test } from "../harness/test.ts";

const STOP: Stop = { command: null, signal: "SIGTERM", to: "process", graceMs: 10_000, kill: "tree" };
const WITH_COMMAND: Stop = { ...STOP, command: ["stop-it"] };
const OPT_OUT: Stop = { ...STOP, kill: "process" };
const KILL_AT = instant(10_000);
const CANCEL_UNTIL = instant(6_000);
const GIVE_UP_AT = 15_000;
const NOTHING = { deadline: NEVER, postStopMs: null };
const ALIVE: Descent = {
  isSpawning: false,
  joined: false,
  killAt: KILL_AT,
  now: instant(0),
  afterwards: NOTHING,
};

test("stop ladder: every rung and every event has one next rung and its effects", () => {
  const at = (rung: Ladder["rung"]): Ladder => ({
    rung,
    killAt: rung === "kill" ? NEVER : KILL_AT,
    askedAt: instant(0),
    giveUpAt: rung === "kill" ? instant(GIVE_UP_AT) : NEVER,
    joined: rung === "cancel",
    cancelUntil: rung === "cancel" ? CANCEL_UNTIL : NEVER,
    ...NOTHING,
  });
  const table: [Ladder["rung"], LadderEvent, number, Ladder["rung"], LadderEffect[]][] = [
    // rung, event, at, next rung, effects
    ["spawning", "spawned", 0, "signal", ["signal"]],
    ["spawning", "cleared", 0, "over", []],
    ["spawning", "command_ended", 0, "spawning", []],
    ["spawning", "time_passed", 99_999, "spawning", []],
    ["command", "command_ended", 0, "signal", ["signal"]],
    ["command", "exited", 0, "rest", ["end_rest"]],
    ["command", "spawned", 0, "command", []],
    ["command", "joined", 0, "command", []],
    ["command", "time_passed", 10_000, "kill", ["kill_all"]],
    ["cancel", "exited", 0, "rest", ["end_rest"]],
    ["cancel", "joined", 0, "cancel", []],
    ["cancel", "parted", 0, "signal", ["signal"]],
    ["signal", "parted", 0, "signal", []],
    ["cancel", "command_ended", 0, "cancel", []],
    ["cancel", "time_passed", 5_999, "cancel", []],
    ["cancel", "time_passed", 6_000, "signal", ["signal"]],
    ["cancel", "time_passed", 10_000, "kill", ["kill_all"]],
    ["signal", "joined", 0, "signal", []],
    ["signal", "exited", 0, "rest", ["end_rest"]],
    ["signal", "command_ended", 0, "signal", []],
    ["signal", "time_passed", 10_000, "kill", ["kill_all"]],
    ["rest", "cleared", 0, "over", []],
    ["rest", "time_passed", 9_999, "rest", []],
    ["rest", "time_passed", 10_000, "kill", ["kill_all"]],
    ["kill", "exited", 0, "kill", []],
    ["kill", "spawned", 0, "kill", ["kill_all"]],
    ["kill", "cleared", 0, "over", []],
    ["kill", "time_passed", 14_999, "kill", []],
    ["kill", "time_passed", 15_000, "kill", ["look"]],
    ["kill", "given_up", 15_000, "over", []],
    ["rest", "given_up", 0, "rest", []],
    ["over", "exited", 0, "over", []],
    ["over", "time_passed", 99_999, "over", []],
  ];
  for (const [rung, event, now, next, effects] of table) {
    const taken = stepLadder(at(rung), event, STOP, instant(now));
    assert.deepEqual([taken.ladder.rung, taken.effects], [next, effects], `${rung} x ${event} at ${now}`);
  }
});

test("stop ladder: the stop command comes first, and the opt-out leaves the rest alone", () => {
  assert.deepEqual(beginStop(WITH_COMMAND, false, ALIVE).effects, ["stop_command"]);
  assert.deepEqual(beginStop(STOP, false, ALIVE).effects, ["signal"]);
  assert.deepEqual(beginStop(STOP, false, { ...ALIVE, isSpawning: true }).effects, ["abort_spawn"]);
  assert.deepEqual(beginClearing(STOP, KILL_AT, instant(0), NOTHING).effects, ["end_rest"]);
  assert.deepEqual(beginClearing(OPT_OUT, KILL_AT, instant(0), NOTHING).effects, ["leave_rest"]);
});

test("stop ladder: what is being spawned has its whole grace from when there is a process, or what it was cut to", () => {
  const { ladder } = beginStop(STOP, false, { ...ALIVE, isSpawning: true });
  assert.equal(ladderDeadline(ladder), NEVER);
  const spawned = (one: Ladder) => ladderDeadline(stepLadder(one, "spawned", STOP, instant(60_000)).ladder);
  assert.equal(spawned(ladder), 70_000);
  assert.equal(spawned(hurry(ladder, instant(30_000), instant(20_000))), 70_000);
  assert.equal(spawned(hurry(ladder, instant(20_500), instant(20_000))), 60_500);
});

test("stop ladder: its end of grace only ever comes nearer", () => {
  const { ladder } = beginStop(STOP, false, ALIVE);
  assert.equal(ladderDeadline(hurry(ladder, instant(20_000), instant(0))), 10_000);
  assert.equal(ladderDeadline(hurry(ladder, instant(500), instant(0))), 500);
  const killing = stepLadder(ladder, "time_passed", STOP, KILL_AT).ladder;
  assert.equal(ladderDeadline(killing), GIVE_UP_AT);
  assert.equal(ladderDeadline(hurry(killing, instant(1), instant(0))), GIVE_UP_AT);
});

test("stop ladder: what has joined is cancelled first, and has 60% of the grace for it", () => {
  const { ladder, effects } = beginStop(STOP, false, { ...ALIVE, joined: true });
  assert.deepEqual(effects, ["cancel"]);
  assert.equal(ladderDeadline(ladder), 6_000);
  const signalled = stepLadder(ladder, "time_passed", STOP, instant(6_000));
  assert.deepEqual(signalled.effects, ["signal"]);
  assert.equal(ladderDeadline(signalled.ladder), 10_000);
});

test("stop ladder: a cancel comes behind the stop command, also if it joined meanwhile", () => {
  const { ladder } = beginStop(WITH_COMMAND, false, ALIVE);
  const joined = stepLadder(ladder, "joined", WITH_COMMAND, instant(1_000)).ladder;
  const cancelled = stepLadder(joined, "command_ended", WITH_COMMAND, instant(5_000));
  assert.deepEqual(cancelled.effects, ["cancel"]);
  assert.equal(ladderDeadline(cancelled.ladder), 8_000);
});

test("stop ladder: a cancel that is hurried leaves time for the stop signal, and is not prolonged", () => {
  const { ladder } = beginStop(STOP, false, { ...ALIVE, joined: true });
  const hurried = hurry(ladder, instant(2_000), instant(1_000));
  assert.equal(ladderDeadline(hurried), 1_600);
  assert.equal(ladderDeadline(hurry(ladder, instant(9_999), instant(5_000))), 6_000);
  assert.deepEqual(stepLadder(hurried, "time_passed", STOP, instant(1_600)).effects, ["signal"]);
});
