/** The entry of the page. */

import { render } from "preact";
import "./style/tokens.css";
import "./style/page.css";
import "./style/parts.css";
import { App } from "./app.js";

render(<App />, document.getElementById("app")!);
