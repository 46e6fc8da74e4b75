/**
 * Hidden units over the text: all of them as a heat map, one of them over the characters, and the trait that
 * it follows.
 */

import { useMemo, useState } from "preact/hooks";
import { Check, Select, TypedField } from "../parts/fields.js";
import { largest, proportional } from "../parts/colour-map.js";
import { HeatMap } from "../parts/heat-map.js";
import { Busy, Message } from "../parts/message.js";
import { format } from "../parts/number.js";
import { Panel } from "../parts/panel.js";
import { Scale } from "../parts/scale.js";
import { useWidth } from "../parts/use-width.js";
import { visible } from "./characters.js";
import { Passage } from "./passage.js";
import { closestUnit, likenesses, statesOf, type Reading } from "./reading.js";
import { schema } from "./settings.js";
import { TRAITS, type Trait } from "./traits.js";
import type { Views } from "./watch.js";

/** Approximate height of the map of all units, in CSS pixels. */
const MAP_HEIGHT = 256;
/** The |r| below which no trait is named. */
const FAINT = 0.3;
const PROBABILITIES = proportional(1, "size");

export interface UnitsProps {
  views: Partial<Views>;
  unit: number;
  onUnit(unit: number): void;
}

export function Units({ views, unit: wanted, onUnit }: UnitsProps) {
  const { reading, readingTrouble: trouble } = views;
  const [predicted, setPredicted] = useState(false);
  const [sought, setSought] = useState<Trait>();
  if (!reading)
    return (
      <Panel title="What a unit follows">
        {trouble ? (
          <Message kind="warning">The model cannot read this text: {trouble}</Message>
        ) : (
          <Busy>reading</Busy>
        )}
      </Panel>
    );
  const unit = Math.min(wanted, reading.units - 1);
  const states = statesOf(reading, unit);
  const scale = proportional(largest(states));
  const choose = (unit: number) => {
    setSought(undefined);
    onUnit(unit);
  };
  const find = (id: string) => {
    const trait = TRAITS.find((one) => one.id === id);
    setSought(trait);
    if (trait) onUnit(closestUnit(reading, trait));
  };
  return (
    <Panel
      title="What a unit follows"
      aside={
        predicted ? <Scale of="probability" scale={PROBABILITIES} /> : <Scale of="state" scale={scale} />
      }
    >
      <div class="row">
        <TypedField
          label={`Unit, 0 to ${reading.units - 1}`}
          value={unit}
          setting={schema.unit}
          width={12}
          onChange={choose}
        />
        <Select
          label="Find one that follows"
          value=""
          options={["", ...TRAITS.map(({ id }) => id)]}
          names={{ "": "choose…", ...Object.fromEntries(TRAITS.map(({ id, name }) => [id, name])) }}
          onChange={find}
        />
        <Follows reading={reading} unit={unit} sought={sought} />
      </div>
      <Check
        label="Show the probability of each character instead"
        value={predicted}
        onChange={setPredicted}
      />
      {predicted ? (
        <Passage characters={reading.characters} values={reading.predicted} scale={PROBABILITIES} />
      ) : (
        <Passage characters={reading.characters} values={states} scale={scale} />
      )}
      <AllUnits reading={reading} unit={unit} onUnit={choose} />
      <p class="note">
        The beginning of the text as the model reads it: after each character the unit has a value, blue above
        zero, orange below. The map has all units, a row each; press on one, or type its number.
        {reading.short &&
          " The network is large; while it trains it reads fewer characters, so as not to halt the page."}
      </p>
    </Panel>
  );
}

/**
 * The trait that a unit follows; for a unit that was found for a trait, how closely it follows that trait.
 */
function Follows({ reading, unit, sought }: { reading: Reading; unit: number; sought: Trait | undefined }) {
  const list = useMemo(() => likenesses(reading, unit), [reading, unit]);
  const [best] = list;
  const closest = useMemo(() => sought && closestUnit(reading, sought), [reading, sought]);
  const found = closest === unit ? list.find(({ trait }) => trait === sought) : undefined; // training may change it
  if (found && Math.abs(found.r) < FAINT)
    return (
      <p class="follows note">
        No unit follows {found.trait.name}; unit {unit} comes closest (r = {format(found.r)}).
      </p>
    );
  const told = found ?? best;
  if (!told || Math.abs(told.r) < FAINT)
    return <p class="follows note">Unit {unit} matches no listed pattern.</p>;
  return (
    <p class="follows">
      Unit {unit} follows <b>{told.trait.name}</b>
      {told.r < 0 && ", inverted"} <span class="note">(r = {format(told.r)})</span>
      {found && (
        <span class="note">
          , more closely than any other unit
          {best &&
            best !== found &&
            `; it follows ${best.trait.name} more closely still (r = ${format(best.r)})`}
        </span>
      )}
    </p>
  );
}

function AllUnits({ reading, unit, onUnit }: { reading: Reading; unit: number; onUnit(unit: number): void }) {
  const [host, width] = useWidth<HTMLDivElement>(600);
  const { states, units, hidden, characters } = reading;
  const scale = useMemo(() => proportional(largest(states)), [states]);
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
