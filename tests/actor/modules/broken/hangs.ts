/** Is never through with being imported. */
import { note } from "../journal.ts";

note("importing");
await new Promise(() => {});
