import { importer } from "../../lib/formats/systemd/import_systemd.ts";
import { testShapes } from "./shapes.ts";

testShapes(importer, "systemd");
