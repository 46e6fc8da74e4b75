import * as library from "bptt";
import { gohome } from "./gohome.mjs";

console.log(JSON.stringify(gohome(library)));
