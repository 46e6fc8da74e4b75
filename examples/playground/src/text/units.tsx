/** Hidden units over the text: all of them as a heat map, one of them over the characters, and what that one follows. */

import { useMemo } from "preact/hooks";
import { Select, TypedField } from "../parts/fields.js";
import { roundScale } from "../parts/colour-map.js";
import { HeatMap } from "../parts/heat-map.js";
import { Busy, Message } from "../parts/message.js";
import { format } from "../parts/number.js";
import { Panel } from "../parts/panel.js";
import { Scale } from "../parts/scale.js";
import { useWidth } from "../parts/use-width.js";
import { visible } from "./characters.js";
import { closestUnit, likenesses, statesOf, type Reading } from "./reading.js";
import { schema } from "./settings.js";
import { TRAITS } from "./traits.js";
import type { Watch } from "./watch.js";

/** Of the map of all units, about, in CSS pixels. */
const MAP_HEIGHT = 256;
/** A passage of more lines is written on without them. */
const MOST_LINES = 24;
/** Below this nothing is said of what a unit follows: of |r|. */
const FAINT = 0.3;

export interface UnitsProps {
  watch: Watch;
  unit: number;
  onUnit(unit: number): void;
}

export function Units({ watch, unit: wanted, onUnit }: UnitsProps) {
  const { reading, trouble } = watch;
  if (!reading)
    return (
      <Panel title="What a unit follows">
        {trouble ? (
          <Message kind="warning">The text cannot be read by it: {trouble}</Message>
        ) : (
          <Busy>reading</Busy>
        )}
      </Panel>
    );
  const unit = Math.min(wanted, reading.units - 1);
  const scale = roundScale(statesOf(reading, unit));
  const find = (id: string) => {
    const trait = TRAITS.find((one) => one.id === id);
    if (trait) onUnit(closestUnit(reading, trait));
  };
  return (
    <Panel title="What a unit follows" aside={<Scale scale={scale} />}>
      <div class="row">
        <TypedField
          label={`Unit, 0 to ${reading.units - 1}`}
          value={unit}
          setting={schema.unit}
          width={12}
          onChange={onUnit}
        />
        <Select
          label="Find one that follows"
          value=""
          options={["", ...TRAITS.map(({ id }) => id)]}
          names={{ "": "choose…", ...Object.fromEntries(TRAITS.map(({ id, name }) => [id, name])) }}
          onChange={find}
        />
        <Follows reading={reading} unit={unit} />
      </div>
      <Passage reading={reading} unit={unit} scale={scale} />
      <AllUnits reading={reading} unit={unit} onUnit={onUnit} />
      <p class="note">
        The beginning of the text as the model reads it: after each character the unit has a value, blue above
        zero, orange below. The map has all units, a row each; press on one, or type its number.
        {reading.short &&
          " The network is large; while it trains it reads fewer characters, so as not to halt the page."}
      </p>
    </Panel>
  );
}

function Follows({ reading, unit }: { reading: Reading; unit: number }) {
  const [best] = useMemo(() => likenesses(reading, unit), [reading, unit]);
  if (!best || Math.abs(best.r) < FAINT)
    return <p class="follows note">Unit {unit} follows nothing that has a name here.</p>;
  return (
    <p class="follows">
      Unit {unit} follows <b>{best.trait.name}</b>
      {best.r < 0 && ", the other way round"} <span class="note">(r = {format(best.r)})</span>
    </p>
  );
}

function Passage({ reading, unit, scale }: { reading: Reading; unit: number; scale: number }) {
  const states = statesOf(reading, unit);
  const breaks = reading.characters.filter((c) => c === "\n").length <= MOST_LINES;
  return (
    <p class="passage" data-unit={unit}>
      {reading.characters.map((c, t) => {
        const share = Math.round((100 * states[t]!) / scale);
        const shade = `--share: ${Math.abs(share)}%`;
        return (
          <>
            <span class={share < 0 ? "below" : "above"} style={shade}>
              {c === "\n" ? "↵" : c === " " ? " " : visible(c)}
            </span>
            {c === "\n" && breaks && <br />}
          </>
        );
      })}
    </p>
  );
}

function AllUnits({ reading, unit, onUnit }: { reading: Reading; unit: number; onUnit(unit: number): void }) {
  const [host, width] = useWidth<HTMLDivElement>(600);
  const { states, units, hidden, characters } = reading;
  const scale = useMemo(() => roundScale(states), [states]);
  const cell = { width: width / characters.length, height: Math.max(1, Math.round(MAP_HEIGHT / units)) };
  const press = (event: MouseEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / (cell.height * units)) * units);
    if (row >= 0 && row < units) onUnit(row);
  };
  const layers = units / hidden;
  return (
    <div ref={host} class="all-units" onClick={press}>
      <HeatMap
        values={states}
        rows={units}
        columns={characters.length}
        scale={scale}
        cell={cell}
        label={`All ${units} units over the passage${layers > 1 ? `, ${layers} layers, the lowest first` : ""}`}
        describe={(row, column) => `unit ${row}, after ${visible(characters[column]!)}`}
      />
      <i class="chosen" style={{ top: `${unit * cell.height}px`, height: `${cell.height}px` }} />
    </div>
  );
}
