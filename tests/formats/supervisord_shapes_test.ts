import { importer } from "../../lib/formats/supervisord/import_supervisord.ts";
import { testShapes } from "./shapes.ts";

testShapes(importer, "supervisord");
