/** Wrong use that nobody catches. */

import { CharRnn } from "bptt";

new CharRnn({ text: "" });
