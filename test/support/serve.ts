/** A web server of the test's own on a free port of this machine: files, pages and handlers by path. Node only. */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
/** A path, or a prefix that ends in "/": a folder (as `{ folder }`), a page's text, or a handler. */
export type Routes = Record<string, string | { folder: string } | Handler>;

export interface Served {
  readonly url: string;
  close(): Promise<void>;
}

const TYPES: Record<string, string> = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

/** Starts it; `close` ends it and its connections. */
export async function serve(routes: Routes): Promise<Served> {
  const server = createServer((request, response) => {
    answer(routes, request, response).catch(() => response.writeHead(404).end());
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function answer(routes: Routes, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  const key = Object.keys(routes)
    .filter(
      (route) =>
        route === pathname || (route.length > 1 && route.endsWith("/") && pathname.startsWith(route)),
    )
    .sort((a, b) => b.length - a.length)[0];
  const route = key === undefined ? undefined : routes[key];
  if (key === undefined || route === undefined) throw new Error(`nothing at ${pathname}`);
  if (typeof route === "function") return route(request, response);
  if (typeof route === "string")
    return void response.writeHead(200, { "content-type": "text/html" }).end(route);
  const rest = pathname.slice(key.length) || "index.html";
  const content = await readFile(join(route.folder, rest));
  const type = TYPES[extname(rest)] ?? "application/octet-stream";
  response.writeHead(200, { "content-type": type }).end(content);
}

/** The whole text that was sent. */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}
