import assert from "node:assert/strict";
import { renderFindings } from "../../../lib/cli/render/findings.ts";
import { painter } from "../../../lib/cli/render/paint.ts";
import { FindingList } from "../../../lib/formats/finding.ts";
import { test } from "../../harness/test.ts";

test("findings: a hint is said once, and files are told from the folder of the main one", () => {
  const findings = new FindingList("/srv/app/a.conf");
  findings.kept(1, "a", "b");
  findings.lost(2, "c", "no place", "do this");
  const included = findings.of("/srv/app/conf.d/b.conf");
  included.lost(3, "d", "no place", "do this");
  findings.of("/etc/c.conf").changed(null, "e", "f", "different");
  assert.equal(
    renderFindings(findings.all, "/srv/app/a.conf", painter(false)),
    `kept    1: a -> b
lost    2: c; no place
        hint: do this
lost    conf.d/b.conf:3: d; no place
changed /etc/c.conf: e -> f; different
1 line kept, 1 line changed, 2 lines lost`,
  );
});
