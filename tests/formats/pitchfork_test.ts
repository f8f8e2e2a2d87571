import { importer } from "../../lib/formats/pitchfork/import_pitchfork.ts";
import { testShapes } from "./shapes.ts";

testShapes(importer, "pitchfork", { isBare: true });
