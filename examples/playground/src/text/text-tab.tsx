/** A text model, trained before one's eyes. */

import { useEffect, useMemo, useState } from "preact/hooks";
import { LineChart } from "../parts/line-chart.js";
import { Complaints, Empty, Message } from "../parts/message.js";
import { Panel } from "../parts/panel.js";
import type { Tab, TabProps } from "../tab.js";
import { useSettings } from "../use-settings.js";
import { beginning } from "./characters.js";
import { curvesOf } from "./curves.js";
import { ModelPanel } from "./model-panel.js";
import { NextPanel } from "./next-characters.js";
import { RunPanel } from "./run-panel.js";
import { Samples } from "./samples.js";
import type { TextSession } from "./session.js";
import { LONGEST_IN_LINK, schema, type TextSettings } from "./settings.js";
import { TextPanel } from "./text-panel.js";
import "./text.css";
import { Units } from "./units.js";
import { useSession, type OpenedModel } from "./use-session.js";
import { useText } from "./use-text.js";

function Text({ active }: TabProps) {
  const { settings, change, complaints, visit } = useSettings("text", schema, active);
  const [long, setLong] = useState("");
  const [opened, setOpened] = useState<OpenedModel>();
  useEffect(() => setOpened(undefined), [visit]); // a link means new weights
  useEffect(() => {
    // a file that misses its field would be opened in place of the page
    const hold = (event: Event) => event.preventDefault();
    const events = ["dragover", "drop"];
    for (const name of events) addEventListener(name, hold);
    return () => events.forEach((name) => removeEventListener(name, hold));
  }, []);
  const loaded = useText(settings, long);
  /** Another run begins at its first step. */
  const set = (some: Partial<TextSettings>) => change({ step: 0, ...some });
  const { cell, hidden, layers, rate, held, seed, temperature } = settings;
  const text = loaded.state === "ready" ? loaded.text : undefined;
  const prompt = settings.prompt || beginning(text ?? "");
  const live = useSession({
    text,
    recipe: { cell, hidden, layers, rate, held, seed },
    file: opened,
    visit,
    step: settings.step,
    onStep: (step) => change({ step }),
    question: { prompt, temperature, seed },
    active,
  });
  const takeText = (text: string) => {
    const short = text.length <= LONGEST_IN_LINK;
    setLong(short ? "" : text);
    set({ text: "own", own: short ? text : "" });
  };
  const open = (model: OpenedModel | undefined) => {
    setOpened(model);
    set({});
  };
  const { session } = live;
  const watch = live.session && live.watch;

  return (
    <>
      <div class="lead">
        <h2>A text, learnt before your eyes</h2>
        <p>
          The network reads a text character by character and learns to foretell the next one. Asked again and
          again for the next, it writes. Press Train, and watch letters become words.
        </p>
      </div>
      <Complaints of={complaints} />
      <RunPanel live={live} settings={settings} fromFile={opened !== undefined} set={set} />
      {!live.session && live.trouble !== undefined && (
        <Message kind="error">
          {opened ? `${opened.name} does not open: ` : "There is nothing to train: "}
          {live.trouble}
        </Message>
      )}
      <div class="grid">
        <TextPanel
          settings={settings}
          loaded={loaded}
          onChoose={(text) => set({ text, own: "" })}
          onText={takeText}
        />
        {watch ? (
          <Samples
            watch={watch}
            temperature={temperature}
            onTemperature={(temperature) => change({ temperature })}
          />
        ) : (
          <Panel class="span-7" title="What it writes">
            <Empty>Samples of what it has learnt will stand here, once there is a text.</Empty>
          </Panel>
        )}
        <Panel class="span-7" title="The loss">
          {session ? <Losses session={session} /> : <Empty>Its curve, once there is a text.</Empty>}
        </Panel>
        <NextPanel
          next={watch?.next}
          ready={watch !== undefined}
          prompt={settings.prompt}
          onPrompt={(prompt) => change({ prompt })}
        />
        {watch && <Units watch={watch} unit={settings.unit} onUnit={(unit) => change({ unit })} />}
        <ModelPanel
          session={session}
          name={`${settings.text}-${cell}-${session?.steps ?? 0}.safetensors`}
          opened={opened}
          onOpen={open}
        />
      </div>
    </>
  );
}

function Losses({ session }: { session: TextSession }) {
  const { losses, validations, model, steps } = session;
  const curves = useMemo(() => curvesOf(losses, validations), [session, losses, steps, validations.length]);
  return (
    <>
      <LineChart
        label="The losses as it learns"
        xLabel="step"
        yLabel="nats a character"
        x={curves.x}
        curves={[
          { label: "training", colour: "--accent", values: curves.training },
          { label: "validation", colour: "--negative", dash: [7, 4], values: curves.validation },
        ]}
        reference={{ value: Math.log(model.vocabulary.size), label: "guessing" }}
        xRange={[0, 100]}
        height={260}
      />
      <p class="note">
        {steps === 0
          ? "Nothing learnt yet. Press Train."
          : "Validation is on the end of the text, which it is not trained on. Where that curve rises while the other falls, it learns by heart."}
      </p>
    </>
  );
}

export const textTab: Tab = { id: "text", title: "Text", View: Text };
