// Finds the texts of a file that people read: comments, docstrings, paragraphs of Markdown, and the strings of the
// command line. Code in backticks is not part of a text.

import ts from "typescript";

/** @typedef {{ line: number, text: string, isDocstring: boolean }} Text */

/** @param {string} file @param {string} content @returns {Text[]} */
export function textsOf(file, content) {
  const texts = file.endsWith(".md")
    ? paragraphs(content)
    : file.endsWith(".rs")
      ? ofRust(content)
      : ofScript(file, content);
  return texts.map((each) => ({
    ...each,
    text: each.text
      .replace(/`[^`]*`/g, "`…`")
      .replace(/\s+/g, " ")
      .trim(),
  }));
}

/** Returns the paragraphs of Markdown outside of code blocks. @param {string} content @returns {Text[]} */
function paragraphs(content) {
  /** @type {Text[]} */
  const texts = [];
  let isCode = false;
  let continues = false;
  for (const [i, line] of content.split("\n").entries()) {
    const isFence = /^\s*(```|~~~)/.test(line);
    if (isFence) isCode = !isCode;
    const isText = !isCode && !isFence && line.trim() !== "" && !/^( {4}|\t)/.test(line);
    const last = texts.at(-1);
    if (isText && continues && last) last.text += `\n${line}`;
    else if (isText) texts.push({ line: i + 1, text: line, isDocstring: false });
    continues = isText;
  }
  return texts;
}

/** Returns the comments of Rust; successive lines are one text. @param {string} content @returns {Text[]} */
function ofRust(content) {
  /** @type {(Text & { mark: string, end: number })[]} */
  const texts = [];
  for (const [i, line] of content.split("\n").entries()) {
    const [, mark = "", text] =
      /^\s*(\/\/[/!]?)(.*)$/.exec(line) ?? /^.*[^:"]\s(\/\/)( [^"]*)$/.exec(line) ?? [];
    if (text === undefined) continue;
    const last = texts.at(-1);
    if (last !== undefined && last.mark === mark && last.end === i) {
      last.text += `\n${text}`;
      last.end = i + 1;
    } else texts.push({ line: i + 1, text, isDocstring: mark !== "//", mark, end: i + 1 });
  }
  return texts;
}

/** Returns the comments of a script, and the strings of the command line. @param {string} file @param {string} content */
function ofScript(file, content) {
  const kind = file.endsWith("x")
    ? ts.ScriptKind.TSX
    : file.endsWith(".mjs")
      ? ts.ScriptKind.JS
      : ts.ScriptKind.TS;
  const source = ts.createSourceFile(file, content, ts.ScriptTarget.Latest, true, kind);
  /** @type {Map<number, number>} start to end */
  const comments = new Map();
  /** @type {Text[]} */
  const texts = [];
  const isCommandLine = file.startsWith("ts/cli/");
  const visit = (/** @type {ts.Node} */ node) => {
    if (ts.isJsxText(node)) return;
    for (const { pos, end } of ts.getLeadingCommentRanges(content, node.getFullStart()) ?? [])
      comments.set(pos, end);
    if (!ts.isJsxElement(node) && !ts.isJsxOpeningElement(node) && !ts.isJsxClosingElement(node))
      for (const { pos, end } of ts.getTrailingCommentRanges(content, node.getEnd()) ?? [])
        comments.set(pos, end);
    if (
      isCommandLine &&
      (ts.isStringLiteral(node) || ts.isTemplateExpression(node) || ts.isNoSubstitutionTemplateLiteral(node))
    )
      texts.push({
        line: lineOf(source, node.getStart()),
        text: node.getText().slice(1, -1),
        isDocstring: false,
      });
    for (const child of node.getChildren(source)) visit(child);
  };
  visit(source);
  let last = { end: -1, isLine: false };
  for (const [pos, end] of [...comments].sort(([a], [b]) => a - b)) {
    const comment = content.slice(pos, end);
    const isLine = comment.startsWith("//");
    const text = isLine ? comment.slice(2) : comment.replace(/^\/\*+|\*\/$/g, "").replace(/^\s*\* ?/gm, "");
    const continues = last.isLine && isLine && /^\n[ \t]*$/.test(content.slice(last.end, pos));
    const before = texts.at(-1);
    if (continues && before) before.text += `\n${text}`;
    else texts.push({ line: lineOf(source, pos), text: text.trim(), isDocstring: comment.startsWith("/**") });
    last = { end, isLine };
  }
  return texts;
}

/** @param {ts.SourceFile} source @param {number} position */
function lineOf(source, position) {
  return source.getLineAndCharacterOfPosition(position).line + 1;
}
