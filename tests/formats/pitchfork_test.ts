import { importer } from "../../lib/formats/pitchfork/import_pitchfork.ts";
import { testFolders } from "./golden.ts";

testFolders(importer, "pitchfork");
