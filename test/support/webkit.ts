/** A WebKitGTK without a screen, driven over WebDriver. Node only. */

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { WebKit } from "../../scripts/setup/webkit.mjs";

const START_SECONDS = 20;
const RESULT_SECONDS = 45;

export interface WebKitPage {
  /** Opens an address and waits until it has loaded. */
  open(url: string): Promise<void>;
  /** Runs the body of a function on the page and returns its result. */
  run(script: string): Promise<unknown>;
  /** Runs the body of a function until it returns something that is neither null nor undefined. */
  until(script: string): Promise<unknown>;
  /** Sets the size of the window. */
  resize(width: number, height: number): Promise<void>;
  /** A picture of the page as PNG. */
  screenshot(): Promise<Buffer>;
  close(): Promise<void>;
}

/** Starts it with one window; the caller closes it. `language` is a name of a locale, which decides the browser's language. */
export async function launchWebKit(found: WebKit, language = "en_US.UTF-8"): Promise<WebKitPage> {
  const children: ChildProcess[] = [];
  const close = () => Promise.all(children.reverse().map(end));
  try {
    const screen = ["-displayfd", "3", "-screen", "0", "1366x768x24", "-nolisten", "tcp"];
    const xvfb = spawn(found.xvfb, screen, { stdio: ["ignore", "ignore", "ignore", "pipe"] });
    children.push(xvfb);
    const [display] = (await once(xvfb.stdio[3] as Readable, "data", within(START_SECONDS))) as [Buffer];
    const port = await freePort();
    const env = { ...process.env, DISPLAY: `:${String(display).trim()}`, LANG: language, LC_ALL: language };
    children.push(spawn(found.driver, [`--port=${port}`], { stdio: "ignore", env }));
    return await newSession(`http://127.0.0.1:${port}`, found.browser, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function newSession(driver: string, binary: string, end: () => Promise<unknown>): Promise<WebKitPage> {
  for (let tries = START_SECONDS * 10; ; tries--) {
    const status = await fetch(`${driver}/status`).catch(() => undefined);
    if (status?.ok) break;
    if (tries === 0) throw new Error(`WebKitWebDriver did not start within ${START_SECONDS} s`);
    await sleep(100);
  }
  const options = { binary, args: ["--automation"] };
  const capabilities = { alwaysMatch: { "webkitgtk:browserOptions": options } };
  const { sessionId } = (await command("POST", `${driver}/session`, { capabilities })) as {
    sessionId: string;
  };
  const session = `${driver}/session/${sessionId}`;
  const run = (script: string) => command("POST", `${session}/execute/sync`, { script, args: [] });
  return {
    run,
    open: async (url) => void (await command("POST", `${session}/url`, { url })),
    until: async (script) => {
      for (let tries = RESULT_SECONDS * 10; tries > 0; tries--) {
        const result = await run(script);
        if (result !== null && result !== undefined) return result;
        await sleep(100);
      }
      throw new Error(`no result within ${RESULT_SECONDS} s: ${script}`);
    },
    resize: async (width, height) =>
      void (await command("POST", `${session}/window/rect`, { width, height })),
    screenshot: async () => Buffer.from((await command("GET", `${session}/screenshot`)) as string, "base64"),
    close: async () => {
      await command("DELETE", session).catch(() => undefined);
      await end();
    },
  };
}

async function command(method: string, url: string, body?: object): Promise<unknown> {
  const response = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) });
  const { value } = (await response.json()) as { value: unknown };
  if (!response.ok) throw new Error(`WebDriver: ${(value as { message: string }).message}`);
  return value;
}

const within = (seconds: number) => ({ signal: AbortSignal.timeout(1000 * seconds) });

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, "exit");
  child.kill();
  await ended;
}
