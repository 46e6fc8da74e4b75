/** The model's file with the initial weights, opened during this visit or stored before a reload. */

import { useEffect, useState } from "preact/hooks";
import { keep, printOf, recall } from "../store.js";
import type { OpenedModel } from "./use-session.js";

const FILE = "model";

export type LoadedFile =
  | { state: "none" }
  | { state: "ready"; file: OpenedModel }
  | { state: "loading" }
  /** The file of the link is not available. */
  | { state: "missing" };

/** Stores a file for a reload and returns its name in the link. */
export function keepFile(file: OpenedModel): string {
  void keep(FILE, file);
  return printOf(file.bytes);
}

/**
 * @param from its name in the link, "" for new weights @param opened the file opened during this visit, if
 *   any
 */
export function useFile(from: string, opened: OpenedModel | undefined): LoadedFile {
  const [kept, setKept] = useState<{ from: string; file: OpenedModel | undefined }>();
  const [openedPrint, setOpenedPrint] = useState<{ opened: OpenedModel; print: string }>();
  const print = opened && (openedPrint?.opened === opened ? openedPrint.print : printOf(opened.bytes));
  useEffect(() => {
    if (opened && print) setOpenedPrint({ opened, print });
  }, [opened]);
  const needsKept = from !== "" && print !== from;
  useEffect(() => {
    if (!needsKept) return;
    setKept(undefined);
    void recall<OpenedModel>(FILE).then((file) =>
      setKept({ from, file: file && printOf(file.bytes) === from ? file : undefined }),
    );
  }, [needsKept, from]);
  if (from === "") return { state: "none" };
  if (opened && !needsKept) return { state: "ready", file: opened };
  if (kept?.from !== from) return { state: "loading" };
  return kept.file ? { state: "ready", file: kept.file } : { state: "missing" };
}
