// The sidebars. A page that does not exist yet is left out, so that a place can be kept for it.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { DefaultTheme } from "vitepress";
import { fileOf } from "../routes.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

type Pages = readonly (readonly [text: string, link: string])[];

function group(text: string, pages: Pages, more: DefaultTheme.SidebarItem[] = []): DefaultTheme.SidebarItem {
  const items = pages
    .filter(([, link]) => existsSync(`${root}/${fileOf(link)}`))
    .map(([title, link]) => ({ text: title, link }));
  return { text, items: [...items, ...more] };
}

export function english(api: DefaultTheme.SidebarItem[]): DefaultTheme.SidebarMulti {
  const guide = [
    group("Start", [
      ["Getting started", "/start/getting-started"],
      ["What is an RNN?", "/start/what-is-an-rnn"],
      ["The tutorial", "/start/tutorial"],
    ]),
    group("Guides", [
      ["Text models", "/guides/text-models"],
      ["Forecasting series", "/guides/series"],
      ["Numbers, classes, layers", "/guides/networks"],
      ["Forecasting series", "/guides/series"],
      ["Labelling sequences", "/guides/labels"],
      ["Training runs", "/guides/training-runs"],
      ["Workers", "/guides/workers"],
      ["Optimizers and schedules", "/guides/optimizers"],
      ["Custom losses", "/guides/custom-losses"],
      ["Generating", "/guides/generating"],
      ["Files and PyTorch", "/guides/files-and-pytorch"],
      ["Keras, TensorFlow, ONNX", "/guides/converting"],
      ["The command line", "/guides/command-line"],
      ["Reproducibility", "/guides/reproducibility"],
      ["Scaling up", "/guides/scaling"],
      ["Memory and lifetimes", "/guides/memory"],
      ["Examples", "/guides/examples"],
    ]),
    group("Cookbook", [
      ["React", "/cookbook/react"],
      ["Vue", "/cookbook/vue"],
      ["Svelte", "/cookbook/svelte"],
      ["Server-sent events", "/cookbook/server-sent-events"],
      ["IndexedDB", "/cookbook/indexeddb"],
      ["Cloudflare Workers", "/cookbook/cloudflare-workers"],
      ["Progress and cancel", "/cookbook/progress"],
      ["Stop in a hidden tab", "/cookbook/hidden-tab"],
      ["Web streams", "/cookbook/web-streams"],
      ["Fine-tune a PyTorch model", "/cookbook/fine-tune"],
    ]),
  ];
  const reference = [
    group("Reference", [
      ["Overview", "/reference/"],
      ["Entry points", "/reference/entry-points"],
      ["Command line", "/reference/cli"],
      ["Errors", "/reference/errors"],
      ["Files and formats", "/reference/file-formats"],
      ["Variants of formulas", "/reference/variants"],
      ["Runtimes and bundlers", "/reference/support"],
      ["Performance", "/reference/performance"],
      ["All benchmarks", "/reference/benchmarks"],
      ["Moby Dick beside PyTorch", "/reference/moby-dick"],
    ]),
    group("Migration", [
      ["From TensorFlow.js", "/reference/from-tensorflow-js"],
      ["From brain.js", "/reference/from-brain-js"],
    ]),
    group("API", [], api),
  ];
  const project = [
    group("Project", [
      ["Architecture", "/project/architecture"],
      ["Contributing", "/project/contributing"],
      ["Policies", "/project/policies"],
      ["Security", "/project/security"],
      ["Dependencies", "/project/dependencies"],
      ["The playground's code", "/project/playground"],
      ["Changelog", "/project/changelog"],
    ]),
  ];
  return {
    "/start/": guide,
    "/guides/": guide,
    "/cookbook/": guide,
    "/reference/": reference,
    "/project/": project,
  };
}

export function korean(): DefaultTheme.SidebarMulti {
  return {
    "/ko/": [
      group("시작", [
        ["시작하기", "/ko/start/getting-started"],
        ["순환 신경망이란?", "/ko/start/what-is-an-rnn"],
        ["튜토리얼", "/ko/start/tutorial"],
      ]),
    ],
  };
}
