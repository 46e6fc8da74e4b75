// Links between pages are written as links between files of the repository, so that they work in an editor and on a
// code host. This plugin of markdown-it turns them into links between pages. A link to a file that is not a page leads to
// the repository when package.json names one, and becomes plain text otherwise.

import { existsSync } from "node:fs";
import { posix, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { routeOf } from "./routes.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/** @typedef {{ type: string, content: string, attrGet(name: string): string | null, attrSet(name: string, value: string): void, children: Token[] | null }} Token */
/** @typedef {{ core: { ruler: { push(name: string, rule: (state: { tokens: Token[], env: { realPath?: string, path: string } }) => void): void } } }} Markdown */

/** @param {Markdown} markdown @param {{ repository?: string | undefined }} options */
export function pageLinks(markdown, { repository } = {}) {
  markdown.core.ruler.push("page_links", ({ tokens, env }) => {
    const file = fileOf(env);
    for (const { children } of tokens) if (children) rewrite(children, file, repository);
  });
}

/** Docstrings and the repository's own files have no HTML: what looks like a tag there is text, except an anchor. @param {Markdown} markdown */
export function plainText(markdown) {
  markdown.core.ruler.push("plain_text", ({ tokens, env }) => {
    if (/^docs\/(?!reference\/api\/)/.test(fileOf(env))) return;
    for (const token of tokens.flatMap(({ children }) => children ?? []))
      if (token.type === "html_inline" && !/^<(a id="[^"]*"|\/a)>$/.test(token.content)) token.type = "text";
  });
}

/** @param {{ realPath?: string, path: string }} env */
const fileOf = (env) => relative(root, env.realPath ?? env.path).replaceAll("\\", "/");

/** @param {Token[]} tokens @param {string} file @param {string | undefined} repository */
function rewrite(tokens, file, repository) {
  /** @type {boolean[]} whether each open link is dropped */
  const open = [];
  for (const token of tokens) {
    if (token.type === "link_open") {
      const target = targetOf(token.attrGet("href") ?? "", file, repository);
      if (target !== undefined) token.attrSet("href", target);
      open.push(target === undefined);
      if (target === undefined) token.type = "text"; // without content: nothing
    } else if (token.type === "link_close" && open.pop() === true) token.type = "text";
  }
}

/** @param {string} href @param {string} file the file that holds the link @param {string | undefined} repository */
function targetOf(href, file, repository) {
  if (/^([a-z]+:|\/|#)/i.test(href) || href === "") return href;
  const [path = "", anchor] = href.split("#");
  const target = posix.join(posix.dirname(file), decodeURI(path));
  const hash = anchor === undefined ? "" : `#${anchor}`;
  const route = routeOf(target);
  if (!existsSync(`${root}/${target}`)) throw new Error(`${file}: a link to ${href}, which does not exist`);
  if (route !== undefined)
    return posix.relative(posix.dirname(routeOf(file) ?? file), route).replace(/^(?!\.)/, "./") + hash;
  return repository === undefined ? undefined : `${repository}/blob/main/${target}${hash}`;
}
