/** Wrong use whose error is not caught. */

import { CharRnn } from "bptt";

new CharRnn({ text: "" });
