/** The line to a worker and the report channel of a run, with the clock of the test. */

import type { Batch, BpttError, WorkerLike } from "bptt";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WorkerLink } from "../../ts/worker/link.js";
import { ReportChannel } from "../../ts/worker/report-channel.js";

// The library keeps the timers that it found at import. Here it uses those of each test.
vi.mock("../../ts/base/platform.js", async (original) => ({
  ...(await original<object>()),
  now: () => performance.now(),
  startTimeout: (task: () => void, wait: number) => setTimeout(task, wait),
  cancelTimeout: (timer: number) => clearTimeout(timer),
  startInterval: (task: () => void, wait: number) => setInterval(task, wait),
  cancelInterval: (timer: number) => clearInterval(timer),
}));

describe("the line to a worker", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const silent = () => {
    const calls: string[] = [];
    const note = (name: string) => () => void calls.push(name);
    const worker: WorkerLike = { postMessage: note("message"), terminate: note("terminate") };
    return { calls, worker: Object.assign(worker, { on: note("on"), off: note("off") }) };
  };

  it("gives up on one that does not answer", () => {
    const { calls, worker } = silent();
    const fail = vi.fn<(reason: BpttError) => void>();
    const link = new WorkerLink(worker, () => undefined, fail);
    link.post({ bptt: "seen" });
    vi.advanceTimersByTime(59_999);
    expect(fail).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fail.mock.calls[0]![0].message).toMatch(/^worker: it could not be loaded: it does not answer/);
    expect(calls.filter((call) => !call.startsWith("o"))).toEqual(["message", "terminate"]); // hello, and no more
    link.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("leaves no timer or listener when it is closed", () => {
    const { calls, worker } = silent();
    const link = new WorkerLink(
      worker,
      () => undefined,
      () => undefined,
    );
    link.close();
    link.close();
    link.post({ bptt: "seen" });
    expect(vi.getTimerCount()).toBe(0);
    expect(calls.filter((call) => call === "on").length - calls.filter((call) => call === "off").length).toBe(
      1,
    ); // of errors
    expect(calls.filter((call) => call === "terminate")).toHaveLength(1);
  });
});

describe("the report channel of a run", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
  afterEach(() => void vi.useRealTimers());

  const REPORT = { epoch: 1, loss: 0, validationLoss: undefined, gradientNorm: 0, learningRate: 0 } as const;
  const report = (step: number) => ({
    ...REPORT,
    step,
    tokensPerSecond: 0,
    fraction: 0,
    etaSeconds: undefined,
    warnings: [],
  });
  const channelOf = (all: boolean, snapshotEvery = 250) => {
    const sent: { steps: number[]; snapshot: boolean; paused: boolean }[] = [];
    const channel = new ReportChannel(
      ({ reports, snapshot, paused }) => {
        sent.push({ steps: reports.map(({ step }) => step), snapshot: snapshot !== undefined, paused });
      },
      () => ({}) as never,
      { all, snapshotEvery },
    );
    return { sent, channel };
  };

  it("sends reports one at a time, a frame apart, a snapshot four times a second", () => {
    const { sent, channel } = channelOf(true);
    for (let step = 1; step <= 30; step++) {
      channel.report(report(step), false);
      vi.advanceTimersByTime(10);
      channel.seen();
    }
    expect(sent.flatMap(({ steps }) => steps)).toEqual(Array.from({ length: 29 }, (_, i) => i + 1));
    expect(sent.filter(({ snapshot }) => snapshot).map(({ steps }) => steps[0])).toEqual([1, 25]);
    expect(channel.close()).toEqual([report(30)]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("wait until they are seen; only the newest, unless all are wanted", () => {
    for (const all of [true, false]) {
      const { sent, channel } = channelOf(all);
      for (let step = 1; step <= 5; step++) {
        channel.report(report(step), false);
        vi.advanceTimersByTime(100);
      }
      expect(sent).toHaveLength(1);
      channel.seen();
      expect(sent[1]!.steps).toEqual(all ? [2, 3, 4, 5] : [5]);
      channel.seen();
      vi.advanceTimersByTime(1000);
      expect(sent).toHaveLength(2);
    }
  });

  it("hold the run up where ten thousand wait to be seen", async () => {
    const { channel } = channelOf(true);
    const [first, second, third] = [1, 2, 3].map((id) => ({ inputs: [[id]], targets: [[id]] }));
    const throttled = channel.throttle([first!, second!, third!]) as AsyncIterable<Batch>;
    const batches = throttled[Symbol.asyncIterator]();
    expect(batches.next()).toEqual({ done: false, value: first }); // at once
    for (let step = 0; step <= 10_000; step++) channel.report(report(step), false);
    const next = batches.next();
    expect(next).toBeInstanceOf(Promise);
    vi.advanceTimersByTime(100);
    channel.seen();
    expect(await next).toEqual({ done: false, value: second });
    expect(batches.next()).toEqual({ done: false, value: third });
  });

  it("say where a run rests, and bring no weights where none are wanted", () => {
    const { sent, channel } = channelOf(false, Infinity);
    channel.report(report(1), false);
    channel.report(report(2), false);
    channel.paused();
    expect(sent).toEqual([
      { steps: [1], snapshot: false, paused: false },
      { steps: [2], snapshot: true, paused: false },
    ]);
    channel.report(report(3), true); // by itself: at once, though nothing has been seen
    expect(sent[2]).toEqual({ steps: [3], snapshot: true, paused: true });
  });
});
