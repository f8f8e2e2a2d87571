import { importer } from "../../lib/formats/mprocs/import_mprocs.ts";
import { testShapes } from "./shapes.ts";

testShapes(importer, "mprocs", { isBare: true });
