const library = require("bptt");

import("./gohome.mjs").then(({ gohome }) => console.log(JSON.stringify(gohome(library))));
