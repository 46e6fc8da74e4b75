// Addresses of the site's pages. Pages of `docs/` keep their paths; the repository's own files get an address here.

/** Files of the repository that are pages, and files of `docs/` with an address other than their path. */
const ROUTES = new Map([
  ["ARCHITECTURE.md", "project/architecture.md"],
  ["CHANGELOG.md", "project/changelog.md"],
  ["CONTRIBUTING.md", "project/contributing.md"],
  ["SECURITY.md", "project/security.md"],
  ["bench/results/latest.md", "reference/benchmarks.md"],
  ["docs/cli.md", "reference/cli.md"],
  ["docs/dependencies.md", "project/dependencies.md"],
  ["docs/file-formats.md", "reference/file-formats.md"],
  ["docs/variants.md", "reference/variants.md"],
  ["examples/moby-dick/results.md", "reference/moby-dick.md"],
  ["examples/playground/README.md", "project/playground.md"],
]);

const FILES = new Map([...ROUTES].map(([file, route]) => [route, file]));

/** Returns the Markdown file of a link such as `/guides/workers` or `/reference/`. @param {string} link */
export function fileOf(link) {
  const route = `${link.slice(1)}${link.endsWith("/") ? "index" : ""}.md`;
  return FILES.get(route) ?? `docs/${route}`;
}

/** Returns the address of a Markdown file, or undefined when it is not a page. @param {string} file */
export function routeOf(file) {
  const listed = ROUTES.get(file);
  if (listed !== undefined) return listed;
  return /^docs\/.*\.md$/.test(file) ? file.slice("docs/".length) : undefined;
}
