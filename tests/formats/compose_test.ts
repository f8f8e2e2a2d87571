import { importer } from "../../lib/formats/compose/import_compose.ts";
import { testFolders } from "./golden.ts";

testFolders(importer, "compose");
