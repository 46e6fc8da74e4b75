/** The tab of a text model that is trained in the page. */

import { useEffect, useMemo, useState } from "preact/hooks";
import { LineChart } from "../parts/line-chart.js";
import { Complaints, Empty, Message } from "../parts/message.js";
import { Panel } from "../parts/panel.js";
import type { Tab, TabProps } from "../tab.js";
import { useSettings } from "../use-settings.js";
import { curvesOf } from "./curves.js";
import { ModelPanel } from "./model-panel.js";
import { NextPanel } from "./next-characters.js";
import type { RemoteSession } from "./remote-session.js";
import { RunPanel } from "./run-panel.js";
import { Samples } from "./samples.js";
import { LONGEST_IN_LINK, schema, type TextSettings } from "./settings.js";
import { TextPanel } from "./text-panel.js";
import "./text.css";
import { Units } from "./units.js";
import { keepFile, useFile } from "./use-file.js";
import { useSession, type OpenedModel } from "./use-session.js";
import { keepText, useText } from "./use-text.js";

function Text({ active }: TabProps) {
  const { settings, change, complaints, visit } = useSettings("text", schema, active);
  const [long, setLong] = useState("");
  const [opened, setOpened] = useState<OpenedModel>();
  useEffect(() => {
    // a file that is dropped outside of its field would replace the page
    const hold = (event: Event) => event.preventDefault();
    const events = ["dragover", "drop"];
    for (const name of events) addEventListener(name, hold);
    return () => events.forEach((name) => removeEventListener(name, hold));
  }, []);
  const loaded = useText(settings, long);
  const file = useFile(settings.from, opened);
  /** Changes settings and starts a new run at its first step. */
  const set = (some: Partial<TextSettings>) => change({ step: 0, ...some });
  const { cell, hidden, layers, rate, held, seed, temperature, prompt } = settings;
  const text = loaded.state === "ready" ? loaded.text : undefined;
  const live = useSession({
    text: file.state === "none" || file.state === "ready" ? text : undefined,
    recipe: { cell, hidden, layers, rate, held, seed },
    file: file.state === "ready" ? file.file : undefined,
    visit,
    step: settings.step,
    onStep: (step) => change({ step }),
    restore: (step) => {
      setLong(long);
      setOpened(opened);
      change({ ...settings, step });
    },
    question: { prompt, temperature, seed },
    active,
  });
  const takeText = (text: string) => {
    const short = text.length <= LONGEST_IN_LINK;
    setLong(short ? "" : text);
    const print = short ? "" : keepText(text);
    // the text of the link was brought, so its step is meant too
    const step = print !== "" && print === settings.print ? settings.step : 0;
    set({ text: "own", own: short ? text : "", print, step });
  };
  const open = (model: OpenedModel | undefined) => {
    setOpened(model);
    const from = model ? keepFile(model) : "";
    set({ from, step: from !== "" && from === settings.from ? settings.step : 0 });
  };
  const { session } = live;
  const views = session?.views ?? {};

  return (
    <>
      <div class="lead">
        <h2 class="visually-hidden">Train on text</h2>
        <p>
          The network reads a text character by character and learns to predict the next one. Press Train, and
          watch letters become words.
        </p>
      </div>
      <Complaints of={complaints} />
      <RunPanel live={live} settings={settings} fromFile={file.state === "ready"} set={set} change={change} />
      {session?.refused !== undefined && (
        <Message kind="error">
          {file.state === "ready" ? `${file.file.name} cannot be opened: ` : "There is nothing to train: "}
          {session.refused}
        </Message>
      )}
      <div class="grid">
        {session ? (
          <Samples
            views={views}
            temperature={temperature}
            onTemperature={(temperature) => change({ temperature })}
          />
        ) : (
          <Panel class="span-7" title="Samples">
            <Empty>Samples will appear here when there is a text.</Empty>
          </Panel>
        )}
        <div class="column span-5 left">
          <TextPanel
            settings={settings}
            loaded={loaded}
            onChoose={(text) => set({ text, own: "", print: "" })}
            onText={takeText}
          />
          <Panel title="Loss">
            {session ? (
              <Losses session={session} from={file.state === "ready" ? file.file.name : undefined} />
            ) : (
              <Empty>The curve of the loss will appear here when there is a text.</Empty>
            )}
          </Panel>
        </div>
        <NextPanel
          next={views.next}
          ready={session !== undefined}
          prompt={settings.prompt}
          onPrompt={(prompt) => change({ prompt })}
        />
        {session && <Units views={views} unit={settings.unit} onUnit={(unit) => change({ unit })} />}
        <ModelPanel
          session={session}
          text={text ?? ""}
          name={`${settings.text}-${session?.shape?.cell ?? cell}-${session?.steps ?? 0}.safetensors`}
          file={file}
          onOpen={open}
        />
      </div>
    </>
  );
}

function Losses({ session, from }: { session: RemoteSession; from: string | undefined }) {
  const { losses, validations, shape, steps } = session;
  const curves = useMemo(() => curvesOf(losses, validations), [session, steps, validations.length]);
  return (
    <>
      <LineChart
        label="The losses during training"
        xLabel="step"
        yLabel="loss per character (nats)"
        x={curves.x}
        curves={[
          { label: "training", colour: "--accent", values: curves.training },
          { label: "validation", colour: "--negative", dash: [7, 4], values: curves.validation },
        ]}
        reference={shape && { value: Math.log(shape.vocabulary), label: "guessing" }}
        xRange={[0, 100]}
        height={150}
      />
      <p class="note">
        {steps > 0
          ? "The validation loss is measured on the end of the text, which the model is not trained on. If it rises while the training loss falls, the model memorizes the text."
          : from === undefined
            ? "Not trained yet. Press Train."
            : `The weights from ${from} have not been trained further yet. Press Train.`}
      </p>
    </>
  );
}

export const textTab: Tab = { id: "text", title: "Train on text", View: Text };
