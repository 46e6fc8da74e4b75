// Makes a site that VitePress built for one base path work from any path. VitePress knows absolute bases only, so the
// site is built with a placeholder. In attributes of HTML the placeholder becomes a relative address; in scripts it
// becomes a variable, which a line at the top of each page computes from the page's own address.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

export const PLACEHOLDER = "/__bptt_site__/";
const VARIABLE = "__bpttSiteBase";

/** @param {string} folder the built site, which is changed in place */
export function relocate(folder) {
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!/\.(html|js|css)$/.test(file) || file.startsWith("playground")) continue;
    const text = readFileSync(join(folder, file), "utf8");
    if (!text.includes(PLACEHOLDER)) continue;
    const depth = file.split(/[\\/]/).length - 1;
    const relocated = file.endsWith(".html")
      ? relocatedPage(text, depth)
      : file.endsWith(".js")
        ? relocatedScript(text)
        : text.replaceAll(`${PLACEHOLDER}assets/`, "");
    if (relocated.includes(PLACEHOLDER)) throw new Error(`${file} still depends on the path of the site`);
    writeFileSync(join(folder, file), relocated);
  }
}

/** @param {string} html @param {number} depth the number of folders that the page is in */
export function relocatedPage(html, depth) {
  const up = "../".repeat(depth) || "./";
  const line = `<script>${VARIABLE}=new URL(${JSON.stringify(up)},location.href).pathname</script>`;
  return html
    .replace(/(<script>)([^]*?)(<\/script>)/g, (_, open, code, close) => open + relocatedScript(code) + close)
    .replaceAll(`="${PLACEHOLDER}`, `="${up}`)
    .replace("<head>", `<head>${line}`);
}

/** Splits each string that contains the placeholder. @param {string} code */
export function relocatedScript(code) {
  if (!code.includes(PLACEHOLDER)) return code;
  const source = ts.createSourceFile("script.js", code, ts.ScriptTarget.Latest, false, ts.ScriptKind.JS);
  /** @type {{ start: number, end: number, text: string }[]} */
  const changes = [];
  /** @param {ts.Node} node */
  const visit = (node) => {
    const raw = code.slice(node.pos, node.end).trimStart();
    const start = node.end - raw.length;
    if (ts.isStringLiteral(node) && raw.includes(PLACEHOLDER)) {
      const quote = raw[0];
      const parts = raw.split(PLACEHOLDER).join(`${quote}+${VARIABLE}+${quote}`);
      changes.push({ start, end: node.end, text: `(${parts})` });
    } else if (ts.isTemplateLiteralToken(node) && raw.includes(PLACEHOLDER)) {
      changes.push({ start, end: node.end, text: raw.replaceAll(PLACEHOLDER, `\${${VARIABLE}}`) });
    } else ts.forEachChild(node, visit);
  };
  visit(source);
  let result = "";
  let from = 0;
  for (const { start, end, text } of changes) {
    result += code.slice(from, start) + text;
    from = end;
  }
  return result + code.slice(from);
}
