/**
 * Makes the page work without a network after the first visit: the build adds a service worker that caches
 * its files. With a network the page itself is always requested again, so that nobody keeps an old one; the
 * names of its parts contain hashes.
 */

import { createHash } from "node:crypto";
import type { Plugin } from "vite";

/** Adds `sw.js` and its registration to a build. */
export function offline(): Plugin {
  return {
    name: "offline",
    apply: "build",
    transformIndexHtml: () => [
      {
        tag: "script",
        attrs: { type: "module" },
        children: `navigator.serviceWorker?.register("./sw.js").catch(() => {});`, // refused: the page then works online only
        injectTo: "body",
      },
    ],
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const files = Object.keys(bundle).filter((name) => name !== "index.html");
        const version = createHash("sha256").update(files.join()).digest("hex").slice(0, 12);
        this.emitFile({ type: "asset", fileName: "sw.js", source: serviceWorker(version, files) });
      },
    },
  };
}

const serviceWorker = (version: string, files: string[]) => `
const PREFIX = "bptt-playground-" + registration.scope + " ";
const NAME = PREFIX + "${version}";
const keep = async () => {
  const cache = await caches.open(NAME);
  // what the page has just loaded is not loaded again
  await cache.addAll(${JSON.stringify(files)}.map((file) => new Request(file, { cache: "force-cache" })));
  await cache.add(new Request("./", { cache: "no-cache" }));
  await skipWaiting();
};
const clean = async () => {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(PREFIX) && name !== NAME);
  await Promise.all(old.map((name) => caches.delete(name)));
  await clients.claim();
};
const answer = async (request) => {
  if (request.mode !== "navigate") return (await caches.match(request)) ?? fetch(request);
  return fetch(request).catch(async () => (await caches.match("./")) ?? Response.error());
};
addEventListener("install", (event) => event.waitUntil(keep()));
addEventListener("activate", (event) => event.waitUntil(clean()));
addEventListener("fetch", (event) => {
  if (event.request.method === "GET") event.respondWith(answer(event.request));
});
`;
