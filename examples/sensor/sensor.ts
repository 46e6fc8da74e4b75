// Finds faults of a sensor while its readings arrive: spikes, level shifts, dropouts.
//
//     npm run sensor                  trains on faultless days, then reads 200 days with faults
//     npm run sensor -- --seed 7      another sensor
//
// The model forecasts the next reading with a band. A reading far outside is an alarm and is not believed; after eight such
// readings in a row the sensor has a new level, and they are.

import { parseArgs } from "node:util";
import { Forecaster } from "bptt";
import { DAY, readings, type Fault } from "./generator.js";

/** Distance from the band, in units of the band, from which a reading is an alarm. */
const ALARM = 1.5;
const HELD_OUT = 20 * DAY;

/** A model of the sensor, from its faultless days. */
async function learn(seed: number): Promise<{ model: Forecaster; history: readonly number[] }> {
  const history = readings(90, 1000 + seed, false).values;
  const model = new Forecaster({ data: history, horizon: 1, season: DAY, hiddenSize: 16, seed });
  await model.fit(history, { steps: 400, validationSteps: HELD_OUT, validateEvery: 10, patience: 10 });
  model.calibrate(history, { windows: HELD_OUT, every: 1 });
  return { model, history };
}

/** The places of alarms. Those within a day of the one before belong to it. */
function alarmsOf(model: Forecaster, history: readonly number[], values: readonly number[]): number[][] {
  const live = model.stream({ history, reject: ALARM });
  const alarms: number[][] = [];
  values.forEach((value, t) => {
    const { surprise } = live.push(value);
    if (surprise === undefined || surprise.outside <= ALARM) return;
    const last = alarms.at(-1);
    if (last && t - last.at(-1)! <= DAY) last.push(t);
    else alarms.push([t]);
  });
  live.free();
  return alarms;
}

/** The share of alarms that began with a fault, and the share of faults with an alarm within two readings of their start. */
export async function detect(
  seed: number,
): Promise<{ precision: number; recall: number; faults: readonly Fault[] }> {
  const { model, history } = await learn(seed);
  const { values, faults } = readings(200, 2000 + seed, true);
  const alarms = alarmsOf(model, history, values);
  model.free();
  const right = alarms.filter(([t = 0]) => faults.some(({ start, end }) => t >= start && t < end));
  const found = faults.filter(({ start }) =>
    alarms.some((group) => group.some((t) => t >= start && t < start + 3)),
  );
  return { precision: right.length / alarms.length, recall: found.length / faults.length, faults };
}

if (process.argv[1] === import.meta.filename) {
  const { values: given } = parseArgs({ options: { seed: { type: "string", default: "1" } } });
  const { precision, recall, faults } = await detect(Number(given.seed));
  console.log(`${faults.length} faults in 200 days`);
  console.log(`precision ${precision.toFixed(2)}`);
  console.log(`recall    ${recall.toFixed(2)}`);
  if (precision < 0.9 || recall < 0.9) process.exitCode = 1;
}
