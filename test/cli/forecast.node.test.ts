/** Tests the commands for series: `train --forecast`, `forecast`, `backtest`, and the live pipe. */

import { Forecaster } from "bptt";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { Folder } from "./run-cli.js";

const folder = new Folder();
const MODEL = "m.safetensors";
const SMALL = ["--hidden", "8", "--steps", "12", "--seed", "3", "--quiet"];
const values = Array.from({ length: 40 }, (_, t) => 10 + (t % 4) + ((t * 7919) % 11) / 10);
const times = values.map((_, t) => new Date(Date.UTC(2020, t)).toISOString().slice(0, 7));
let expected: Forecaster;

beforeAll(async () => {
  folder.write("sales.csv", csv());
  expect(run("train", "sales.csv", "-o", MODEL, "--forecast", "3", "--season", "4", ...SMALL)).toBe("");
  expected = new Forecaster({ data: { values, times }, horizon: 3, season: 4, hiddenSize: 8, seed: 3 });
  await expected.fit({ values, times }, { steps: 12 });
});
afterAll(() => folder.remove());

/** The table; `from` is its first row. */
function csv({ from = 0, header = "month,sales" } = {}): string {
  const rows = values.map((value, t) => `${times[t]},${value}\n`);
  return `${header}\n${rows.slice(from).join("")}`;
}

/** Runs a command that succeeds, and returns its output. */
function run(...args: string[]): string {
  const { code, stdout, stderr } = folder.bptt(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

/** Runs a command that fails, and returns its sentence and exit code. */
function failure(...args: string[]): string {
  const { code, stdout, stderr } = folder.bptt(args);
  expect(stdout).toBe("");
  return `${code} ${stderr}`;
}

function plain(forecast: object): unknown {
  return JSON.parse(
    JSON.stringify(forecast, (_, each: unknown) => (each instanceof Float64Array ? [...each] : each)),
  );
}

describe("a forecast", () => {
  it("equals that of the library, bit for bit", () => {
    const printed = JSON.parse(run("forecast", MODEL, "sales.csv", "--json")) as unknown;
    expect(printed).toEqual(plain(expected.forecast({ values, times })));
  });

  it("is longer with -n", () => {
    const printed = JSON.parse(run("forecast", MODEL, "sales.csv", "-n", "5", "--json")) as unknown;
    expect(printed).toEqual(plain(expected.forecast({ values, times }, { horizon: 5 })));
  });

  it("is printed as CSV", () => {
    const { quantiles, times: ahead = [] } = expected.forecast({ values, times });
    const lines = ahead.map((time, k) => [time, ...quantiles.map(({ values: of }) => of[k])].join(","));
    expect(run("forecast", MODEL, "sales.csv", "--csv")).toBe(`month,0.1,0.5,0.9\n${lines.join("\n")}\n`);
  });

  it("is printed as a plot and a table", () => {
    const text = run("forecast", MODEL, "sales.csv");
    expect(text).toMatch(/┤/);
    expect(text).toMatch(
      /^time {6}10 % +50 % +90 %\n2023-05( +[\d.]+){3}\n2023-06( +[\d.]+){3}\n2023-07( +[\d.]+){3}\n/m,
    );
  });

  test.each([
    ["semicolons, CR LF, a byte order mark and decimal commas", ";", ["--decimal-comma"]],
    ["tabs and quotes", "\t", []],
  ])("is the same from %s", (_, separator, flags) => {
    const number = (value: number) => (separator === ";" ? String(value).replace(".", ",") : `"${value}"`);
    const rows = values.map((value, t) => [times[t], number(value)].join(separator));
    folder.write("other.csv", `\ufeff${[["month", "sales"].join(separator), ...rows].join("\r\n")}`);
    expect(run("forecast", MODEL, "other.csv", "--csv", ...flags)).toBe(
      run("forecast", MODEL, "sales.csv", "--csv"),
    );
  });
});

describe("the live pipe", () => {
  const live = (input: string, ...flags: string[]) => {
    const { code, stdout, stderr } = folder.bptt(["forecast", MODEL, "-", ...flags], input);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return stdout.trimEnd().split("\n");
  };

  it("answers each line with the forecast of the values so far", () => {
    const lines = live(csv(), "--json").map(
      (line) => JSON.parse(line) as { forecast: unknown; value: number },
    );
    expect(lines.map(({ value }) => value)).toEqual(values);
    for (const length of [1, 7, 40]) {
      const history = { values: values.slice(0, length), times: times.slice(0, length) };
      expect(lines[length - 1]?.forecast).toEqual(plain(expected.forecast(history)));
    }
  });

  it("needs no header, as after tail", () => {
    const [header, first] = live(`${times[0]},5\n${times[1]},6\n`);
    expect(header).toBe("month,sales,outside,0.1,0.5,0.9");
    expect(first).toMatch(/^2020-01,5,,/);
  });

  it("continues a history from a file", () => {
    folder.write("begin.csv", csv().split("\n").slice(0, 31).join("\n"));
    const lines = live(csv({ from: 30 }), "--history", "begin.csv", "--json");
    expect((JSON.parse(lines[9] ?? "") as { forecast: unknown }).forecast).toEqual(
      plain(expected.forecast({ values, times })),
    );
  });

  it("refuses a time that is not the next one", () => {
    const { code, stderr } = folder.bptt(["forecast", MODEL, "-"], `month,sales\n2020-01,5\n2020-03,5\n`);
    expect(`${code} ${stderr}`).toBe(
      '1 bptt: standard input: line 3, column "month": expected 2020-02, received 2020-03\n',
    );
  });
});

it("backtests beside the baselines", () => {
  const report = expected.backtest({ values, times }, { windows: 3 });
  const printed = JSON.parse(run("backtest", MODEL, "sales.csv", "--windows", "3", "--json")) as unknown;
  expect(printed).toEqual(plain(report));
  const text = run("backtest", MODEL, "sales.csv", "--windows", "3");
  expect(text).toMatch(/^seasonal naive +[\d.]+/m);
  expect(text).toMatch(/^in sample +all: the model was trained on values of these windows/m);
});

it("reports the errors of the held-out values", () => {
  const args = ["train", "sales.csv", "-o", "held.safetensors", "--forecast", "3", "--validation", "0.2"];
  const { code, stdout } = folder.bptt([...args, ...SMALL.slice(0, -1)]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/MAE of the held-out values [\d.]+ \(naive [\d.]+, seasonal naive [\d.]+\)/);
});

it("trains on several series with covariates", () => {
  const rows = [0, 1].flatMap((s) =>
    values.map((value, t) => `s${s},${value + s},${t % 5 === 0 ? "yes" : "no"}\n`),
  );
  const ahead = [0, 1].flatMap((s) => Array.from({ length: 3 }, () => `s${s},,no\n`));
  folder.write("shops.csv", `shop,sales,promo\n${rows.join("")}${ahead.join("")}`);
  const flags = ["--value", "sales", "--id", "shop", "--future", "promo"];
  run("train", "shops.csv", "-o", "shops.safetensors", "--forecast", "3", ...flags, ...SMALL);
  const lines = run("forecast", "shops.safetensors", "shops.csv", "--csv").trimEnd().split("\n");
  expect(lines.map((line) => line.split(",").slice(0, 2).join(" "))).toEqual([
    "shop step",
    ...["s0 1", "s0 2", "s0 3", "s1 1", "s1 2", "s1 3"],
  ]);
});

it("is recognised by the other commands", () => {
  expect(run("inspect", MODEL)).toMatch(
    /^format +bptt, a forecaster\n[^]*^forecasts +3 values, season 4, quantiles 0.1 0.5 0.9\ncolumns +sales, month\n[^]*^trained +12 steps/m,
  );
  const other = `1 bptt: ${MODEL}: expected a text model, received a forecaster; use bptt forecast or bptt backtest\n`;
  expect(failure("generate", MODEL)).toBe(other);
  expect(failure("evaluate", MODEL, "sales.csv")).toBe(other);
});

describe("errors", () => {
  const bad = (content: string) => {
    folder.write("bad.csv", content);
    return failure("forecast", MODEL, "bad.csv");
  };

  test.each([
    [
      "a word",
      "month,sales\n2020-01,5\n2020-02,many\n",
      'line 3, column "sales": expected a number, received "many"',
    ],
    [
      "a decimal comma",
      'month,sales\n2020-01,"5,5"\n',
      'line 2, column "sales": expected a number, received "5,5"; --decimal-comma reads it',
    ],
    ["a missing field", "month,sales\n2020-01,5\n\n2020-02\n", "line 4: expected 2 fields, received 1"],
    [
      "an open quote",
      'month,sales\n2020-01,"5\n',
      "line 2: expected a closing quote, received the end of the file",
    ],
    [
      "a name twice",
      "sales,sales\n1,2\n",
      'line 1, column 2: expected each name once, received "sales" again',
    ],
    [
      "a skipped time",
      "month,sales\n2020-01,5\n2020-03,5\n",
      'line 3, column "month": expected 2020-02, received 2020-03; train --gaps "missing" fills skipped times',
    ],
  ])("%s has a place", (_, content, sentence) => expect(bad(content)).toBe(`1 bptt: bad.csv: ${sentence}\n`));

  it("names columns that are there", () => {
    expect(bad("month,amount\n2020-01,5\n")).toBe(
      '2 bptt: --value: expected a column of bad.csv ("month", "amount"), received "sales"\n',
    );
  });

  it("refuses options of the other kind of model", () => {
    const train = (...flags: string[]) => failure("train", "sales.csv", "-o", "x.safetensors", ...flags);
    expect(train("--forecast", "3", "--words")).toBe("2 bptt: --words: expected none with --forecast\n");
    expect(train("--season", "4")).toBe("2 bptt: --season: expected --forecast with it\n");
  });

  it("says which column is missing", () => {
    folder.write("two.csv", "a,b\n1,2\n3,4\n");
    expect(failure("train", "two.csv", "-o", "x.safetensors", "--forecast", "1")).toBe(
      '2 bptt: --value: expected the column of the values, as two.csv has not one column of numbers but "a", "b"\n',
    );
  });
});
