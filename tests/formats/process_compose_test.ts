import { importer } from "../../lib/formats/process_compose/import_process_compose.ts";
import { testFolders } from "./golden.ts";

testFolders(importer, "process_compose");
