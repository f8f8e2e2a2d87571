import { importer } from "../../lib/formats/pm2/import_pm2.ts";
import { testShapes } from "./shapes.ts";

testShapes(importer, "pm2");
