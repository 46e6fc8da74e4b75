/** Wrong use that nobody catches. */

const { CharRnn } = require("bptt");

new CharRnn({ text: "" });
