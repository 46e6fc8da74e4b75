/** The playground inside a page: `<PlaygroundFrame link="#gohome?seed=1" />`. */

import { withBase } from "vitepress";
import { defineComponent, h } from "vue";

export const PlaygroundFrame = defineComponent({
  props: { link: { type: String, default: "" }, title: { type: String, default: "The playground" } },
  setup: ({ link, title }) => {
    const src = withBase(`/playground/index.html${link}`);
    return () =>
      h("p", { class: "playground-frame" }, [
        h("iframe", { src, title, loading: "lazy" }),
        h("a", { href: src, target: "_blank" }, title),
      ]);
  },
});
