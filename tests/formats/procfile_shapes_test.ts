import { importer } from "../../lib/formats/procfile/import_procfile.ts";
import { testShapes } from "./shapes.ts";

testShapes(importer, "procfile");
