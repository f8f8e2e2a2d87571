import { requireGenerated } from "../harness/pages/generated.ts";
import { llmsText } from "../harness/pages/llms_text.ts";
import { test } from "../harness/test.ts";

test("llms.txt: it lists the commands, and the pages with their headings", () => {
  requireGenerated("docs/llms.txt", llmsText());
});
