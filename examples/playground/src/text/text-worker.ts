/** The script of the worker in which the text tab trains, so that the page stays responsive. */

import { Host } from "./host.js";
import type { FromWorker, ToWorker } from "./protocol.js";

/** Sessions by their numbers. A command to a session waits until it was created. */
const hosts = new Map<number, Promise<Host | undefined>>();
const send = (message: FromWorker) => postMessage(message);

addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  const { session } = data;
  if (data.kind === "make") {
    hosts.set(session, Host.make(session, data.made, send));
    return;
  }
  const host = hosts.get(session);
  if (data.kind === "free") hosts.delete(session);
  void host?.then((host) => {
    if (!host) return;
    if (data.kind === "train") host.train(data.last);
    else if (data.kind === "pause") host.pause();
    else if (data.kind === "ask") host.ask(data.question);
    else if (data.kind === "save") host.save(data.request);
    else host.free();
  });
});
