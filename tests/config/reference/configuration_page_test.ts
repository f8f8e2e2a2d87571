import { configurationPage } from "../../harness/pages/configuration_page.ts";
import { requireGeneratedPart } from "../../harness/pages/generated.ts";
import { test } from "../../harness/test.ts";

test("configuration page: it has every key, as the definition that validates has it", async () => {
  await requireGeneratedPart("docs/configuration.md", configurationPage());
});
