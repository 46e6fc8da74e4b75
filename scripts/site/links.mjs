// Finds dead links and anchors in a built site.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

/** Returns a sentence for each link that leads nowhere inside the site. @param {string} folder */
export function deadLinks(folder) {
  const pages = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => file.endsWith(".html") && file !== "404.html" && !file.startsWith("playground/"));
  const texts = new Map(pages.map((page) => [page, readFileSync(join(folder, page), "utf8")]));
  const anchors = new Map(
    [...texts].map(([page, html]) => [
      page,
      new Set([...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)),
    ]),
  );
  const dead = new Set();
  for (const [page, html] of texts) {
    for (const [, raw = ""] of html.matchAll(/<(?:a|img|iframe)\b[^>]*? (?:href|src)="([^"]*)"/g)) {
      const address = decode(raw);
      if (/^[a-z]+:/i.test(address) || address === "") continue;
      const [path = "", anchor] = address.split("#");
      let target = path === "" ? page : posix.join(posix.dirname(page), decodeURI(path.split("?")[0] ?? ""));
      if (target === "." || target.endsWith("/")) target = posix.join(target, "index.html");
      if (!existsSync(join(folder, target))) dead.add(`${page}: ${address} does not exist`);
      else if (anchor && anchors.has(target) && !anchors.get(target)?.has(decodeURIComponent(anchor)))
        dead.add(`${page}: ${address} has no such anchor`);
    }
  }
  return [...dead].sort();
}

/** @param {string} attribute */
function decode(attribute) {
  return attribute.replaceAll("&amp;", "&").replaceAll("&quot;", '"').replaceAll("&#39;", "'");
}
