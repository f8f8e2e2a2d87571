import { importer } from "../../lib/formats/circus/import_circus.ts";
import { testShapes } from "./shapes.ts";

testShapes(importer, "circus");
