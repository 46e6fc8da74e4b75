/** VitePress's theme with the fonts of the system, the project's colours, and the playground as a component. */

import type { Theme } from "vitepress";
import DefaultTheme from "vitepress/theme-without-fonts";
import { PlaygroundFrame } from "./playground-frame.js";
import "./style.css";

export default {
  extends: DefaultTheme,
  enhanceApp: ({ app }) => void app.component("PlaygroundFrame", PlaygroundFrame),
} satisfies Theme;
