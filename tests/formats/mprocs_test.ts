import { importer } from "../../lib/formats/mprocs/import_mprocs.ts";
import { testFolders } from "./golden.ts";

testFolders(importer, "mprocs");
