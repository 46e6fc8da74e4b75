import * as library from "bptt";
import * as convert from "bptt/convert";
import { convertAll } from "./convert.mjs";

console.log(JSON.stringify(convertAll(library, convert, process.argv[2] ?? "")));
