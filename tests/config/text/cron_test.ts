import assert from "node:assert/strict";
import { Cron } from "croner";
import { mistakeInCron, plainCron } from "../../../lib/config/text/cron.ts";
import { test } from "../../harness/test.ts";

const SOUND = [
  "* * * * *",
  "0 3 * * *",
  "*/5 * * * *",
  "0-30/10 8-18 * * mon-fri",
  "0 0 1 JAN,JUL *",
  "15,45 22-23,0-4 * * *",
  "30 0 3 * * *",
  "*/10 * * * * *",
  "0 0 * * 7",
  "0 0 29 2 *",
  "0 0 31 4,5 *",
  "0 0 30 2 mon",
  "@daily",
  "@Weekly",
  "  0   3 * *  * ",
];

/** What is wrong with an expression, and the hint. */
const MISTAKES: readonly (readonly [string, RegExp, RegExp | null])[] = [
  ["", /has 0 fields/, /"0 3 \* \* \*" is each day at 3/],
  ["daily", /"daily" has 1 field/, /write minute, hour/],
  ["* * *", /has 3 fields/, null],
  ["* * * * * * *", /has 7 fields/, null],
  ["60 * * * *", /"60" is no minute/, /from 0 to 59/],
  ["0 24 * * *", /"24" is no hour/, /the hour is a number from 0 to 23/],
  ["0 0 0 * *", /"0" is no day of the month/, null],
  ["0 0 * 13 *", /"13" is no month/, null],
  ["0 0 * jam *", /"jam" is no month, did you mean "jan"\?/, /one of jan, feb/],
  ["0 0 * * monday", /"monday" is no day of the week/, null],
  ["0 22-4 * * *", /"22-4" runs backwards/, /"22-23,0-4"/],
  ["10/5 * * * *", /has a step and no range/, /"10-59\/5"/],
  ["*/0 * * * *", /a step that is not from 1 to 60/, null],
  ["*/90 * * * *", /a step that is not from 1 to 60/, null],
  ["1,,2 * * * *", /the minute has an empty item/, null],
  ["-5 * * * *", /"-5" is no minute/, null],
  ["0 0 L * *", /"l" is no day of the month/, /L, W, # and \? are not known/],
  ["0 0 * * 5#2", /"5#2" is no day of the week/, /L, W, # and \?/],
  ["0 0 30 2 *", /no date is ever day 30 of month 2/, null],
  ["0 0 31 feb,apr *", /no date is ever day 31 of month 2 or 4/, null],
  ["@reboot", /names no date/, /starts with its tree/],
  ["@dayly", /unknown nickname "@dayly", did you mean "@daily"/, null],
];

test("cron: what is sound here can be reckoned, and comes", () => {
  for (const text of SOUND) {
    const plain = plainCron(text);
    assert.equal(mistakeInCron(plain), null, text);
    const next = new Cron(plain, { timezone: "UTC" }).nextRun(new Date("2026-01-01T00:00:00Z"));
    assert.ok(next !== null, text);
  }
});

test("cron: whatever passes here can be reckoned", () => {
  let seed = 1;
  const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const items = [
    "*",
    "*/2",
    "*/31",
    "1",
    "0",
    "5-7",
    "7",
    "mon",
    "jan-mar",
    "sun-tue",
    "1-5/2",
    "59",
    "0-59/7",
    "31",
  ];
  let passed = 0;
  for (let i = 0; i < 3_000; i++) {
    const part = () => [...Array(1 + random(2))].map(() => items[random(items.length)]!).join(",");
    const cron = [...Array(5 + random(2))].map(part).join(" ");
    if (mistakeInCron(cron) !== null) continue;
    passed += 1;
    const next = new Cron(cron, { timezone: "UTC" }).nextRun(new Date("2026-01-01T00:00:00Z"));
    assert.ok(next !== null, cron);
  }
  assert.ok(passed > 20, String(passed));
});

for (const [text, message, hint] of MISTAKES) {
  test(`cron: ${JSON.stringify(text)} is refused`, () => {
    const mistake = mistakeInCron(plainCron(text));
    assert.match(mistake?.message ?? "", message);
    if (hint !== null) assert.match(mistake?.hint ?? "", hint);
  });
}
