// The documentation site. Its pages are Markdown files of the repository, see site/routes.mjs.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type DefaultTheme } from "vitepress";
import { pageLinks, plainText } from "../links.mjs";
import { routeOf } from "../routes.mjs";
import { english, korean } from "./sidebar.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { repository } = JSON.parse(readFileSync(`${root}/package.json`, "utf8")) as {
  repository?: { url: string };
};
const repositoryUrl = repository?.url.replace(/^git\+|\.git$/g, "");

/** The anchors of headings, as code hosts make them. */
const slugify = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, "")
    .replaceAll(" ", "-");

/** One page per export, written by typedoc. */
function apiSidebar(): DefaultTheme.SidebarItem[] {
  const folder = `${root}/docs/reference/api`;
  if (!existsSync(folder)) return [];
  return (["index", "convert", "node"] as const).map((entry) => ({
    text: entry === "index" ? "bptt" : `bptt/${entry}`,
    link: `/reference/api/${entry}/`,
    collapsed: true,
    items: ["classes", "functions", "interfaces", "type-aliases"].flatMap((kind) => {
      if (!existsSync(`${folder}/${entry}/${kind}`)) return [];
      return readdirSync(`${folder}/${entry}/${kind}`)
        .sort()
        .map((file) => file.replace(".md", ""))
        .map((name) => ({ text: name, link: `/reference/api/${entry}/${kind}/${name}` }));
    }),
  }));
}

const guideNav = { text: "Guide", link: "/start/getting-started", activeMatch: "^/(start|guides|cookbook)/" };

export default defineConfig({
  srcDir: "..",
  outDir: "dist",
  cacheDir: "../target/site-cache",
  srcExclude: [
    "{target,crate,test,site,scripts,ts,coverage}/**",
    "README*.md",
    "bench/README.md",
    ".github/**",
    "docs/reference/api/README.md",
  ],
  rewrites: (file) => routeOf(file) ?? file,
  base: process.env.SITE_BASE ?? "/",
  title: "bptt",
  description: "Recurrent networks for JavaScript: train and run them in Node and in the browser.",
  head: [
    [
      "link",
      {
        rel: "icon",
        href: "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='7' height='7' fill='%230b63a5'/%3E%3Crect x='9' width='7' height='7' fill='%23d7e3ee'/%3E%3Crect y='9' width='7' height='7' fill='%23f3d3bb'/%3E%3Crect x='9' y='9' width='7' height='7' fill='%23b8540a'/%3E%3C/svg%3E",
      },
    ],
  ],
  markdown: {
    anchor: { slugify },
    toc: { slugify },
    headers: { slugify },
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    config: (markdown) => {
      plainText(markdown);
      pageLinks(markdown, { repository: repositoryUrl });
    },
  },
  vite: {
    configFile: false,
    publicDir: `${root}/target/site-public`, // the built playground
    server: { watch: { ignored: ["**/target/**", "**/node_modules/**", "**/dist/**"] } },
    build: { chunkSizeWarningLimit: 2000 },
  },
  themeConfig: {
    search: {
      provider: "local",
      options: {
        locales: {
          ko: {
            translations: {
              button: { buttonText: "검색", buttonAriaLabel: "검색" },
              modal: {
                noResultsText: "결과가 없습니다:",
                resetButtonTitle: "지우기",
                footer: { selectText: "선택", navigateText: "이동", closeText: "닫기" },
              },
            },
          },
        },
      },
    },
    outline: [2, 3],
    i18nRouting: false, // only some pages are translated; they link to each other
    ...(repositoryUrl === undefined ? {} : { socialLinks: [{ icon: "github", link: repositoryUrl }] }),
  },
  locales: {
    root: {
      label: "English",
      lang: "en",
      themeConfig: {
        nav: [
          guideNav,
          { text: "Reference", link: "/reference/", activeMatch: "^/reference/" },
          { text: "Project", link: "/project/architecture", activeMatch: "^/project/" },
        ],
        sidebar: english(apiSidebar()),
      },
    },
    ko: {
      label: "한국어",
      lang: "ko",
      description: "자바스크립트를 위한 순환 신경망: Node와 브라우저에서 학습하고 실행합니다.",
      themeConfig: {
        nav: [
          { text: "안내", link: "/ko/start/getting-started", activeMatch: "^/ko/" },
          { text: "Reference (English)", link: "/reference/" },
        ],
        sidebar: korean(),
        outline: { level: [2, 3], label: "이 페이지에서" },
        docFooter: { prev: "이전", next: "다음" },
        darkModeSwitchLabel: "화면 모드",
        lightModeSwitchTitle: "밝은 화면으로",
        darkModeSwitchTitle: "어두운 화면으로",
        sidebarMenuLabel: "메뉴",
        returnToTopLabel: "맨 위로",
        langMenuLabel: "언어 바꾸기",
        skipToContentLabel: "본문으로 건너뛰기",
      },
    },
  },
});
