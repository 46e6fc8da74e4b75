/** The panel of the model's file, which the command line and PyTorch can also read and write. */

import { useState } from "preact/hooks";
import { Message, messageOf } from "../parts/message.js";
import { counted } from "../parts/number.js";
import { Panel } from "../parts/panel.js";
import { named, namelessOf, type Nameless } from "./model-file.js";
import type { RemoteSession } from "./remote-session.js";
import { readModel } from "./text-file.js";
import { FileButton } from "./text-panel.js";
import type { LoadedFile } from "./use-file.js";
import type { OpenedModel } from "./use-session.js";
import { VocabularyForm } from "./vocabulary-form.js";

export interface ModelPanelProps {
  session: RemoteSession | undefined;
  text: string;
  /** The name of the downloaded file. */
  name: string;
  file: LoadedFile;
  onOpen(model: OpenedModel | undefined): void;
}

export function ModelPanel({ session, text, name, file, onOpen }: ModelPanelProps) {
  const [trouble, setTrouble] = useState<string>();
  const [nameless, setNameless] = useState<{ name: string; network: Nameless }>();
  const open = async (file: File | undefined) => {
    if (!file) return;
    setTrouble(undefined);
    setNameless(undefined);
    try {
      const bytes = await readModel(file);
      const network = namelessOf(bytes); // the file is checked first, so that a bad one changes nothing
      if (network) setNameless({ name: file.name, network });
      else onOpen({ name: file.name, bytes });
    } catch (error) {
      setTrouble(`${file.name} cannot be opened: ${messageOf(error)}`);
    }
  };
  const drop = {
    onDragOver: (event: DragEvent) => event.preventDefault(),
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      void open(event.dataTransfer?.files[0]);
    },
  };
  return (
    <Panel title="The model">
      {session?.shape && <Shape shape={session.shape} />}
      <div class="row" {...drop}>
        <button
          class="button"
          type="button"
          disabled={!session?.shape}
          onClick={() => void session?.save().then((bytes) => download(bytes, name))}
        >
          Download
        </button>
        <FileButton label="Open a model…" accept=".safetensors" onFile={(file) => void open(file)} />
        {file.state !== "none" && (
          <button class="button" type="button" onClick={() => onOpen(undefined)}>
            New weights
          </button>
        )}
      </div>
      {trouble && (
        <Message kind="error" onClose={() => setTrouble(undefined)}>
          {trouble}
        </Message>
      )}
      {nameless && (
        <VocabularyForm
          name={nameless.name}
          network={nameless.network}
          text={text}
          onCancel={() => setNameless(undefined)}
          onCharacters={(characters) => {
            const bytes = named(nameless.network, characters);
            setNameless(undefined);
            onOpen({ name: nameless.name, bytes });
          }}
        />
      )}
      {file.state === "ready" && !trouble && (
        <Message kind="info">
          The weights are from {file.file.name}; training continues from them. The link names the file but
          does not contain it: this browser keeps it for a reload.
        </Message>
      )}
      {file.state === "missing" && (
        <Message kind="warning">
          The link names weights from a file that is not in this browser. Open that file, or start with new
          weights.
        </Message>
      )}
      <p class="note">
        A safetensors file with PyTorch’s names and shapes, and the vocabulary: load_state_dict takes it, and
        so do CharRnn.load and the command line, whose files open here. For a file without a vocabulary you
        are asked for one.
      </p>
    </Panel>
  );
}

function Shape({ shape }: { shape: NonNullable<RemoteSession["shape"]> }) {
  const { cell, hidden, layers, vocabulary, parameters } = shape;
  return (
    <p>
      {cell}, {counted(hidden, "unit")}, {counted(layers, "layer")}, {counted(vocabulary, "character")}:{" "}
      {counted(parameters, "parameter")}.
    </p>
  );
}

function download(bytes: Uint8Array<ArrayBuffer>, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
